// Translates addresses to functions, files and lines: with libdw, which reads symbol tables and
// debug information, or else with what the dynamic linker knows, the exported functions of each
// module.

#include <cxxabi.h>
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include "mastic/threads/stack_trace.h"

#ifdef MASTIC_LIBDW
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <unistd.h>
#endif

namespace mastic::threads {
namespace {

std::string demangle(const char* name) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), std::free);
  return status == 0 ? text.get() : name;
}

StackFrame linker_frame(std::uintptr_t address) {
  StackFrame frame{.address = address};
  Dl_info info{};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): that is what an address in the stack is
  if (::dladdr(reinterpret_cast<const void*>(address), &info) == 0) return frame;
  if (info.dli_fname != nullptr) frame.module = info.dli_fname;
  frame.offset = address - reinterpret_cast<std::uintptr_t>(info.dli_fbase);
  if (info.dli_sname != nullptr) frame.function = demangle(info.dli_sname);
  return frame;
}

#ifdef MASTIC_LIBDW

/// The debug information of this process. Read for each request and freed afterwards: the
/// information may take as much memory as the program is large, and is needed only when something
/// hangs.
class DebugInformation {
 public:
  DebugInformation() : dwfl_(::dwfl_begin(&kCallbacks), ::dwfl_end) {
    if (dwfl_ == nullptr) return;
    const bool found = ::dwfl_linux_proc_report(dwfl_.get(), ::getpid()) == 0;
    ::dwfl_report_end(dwfl_.get(), nullptr, nullptr);
    if (!found) dwfl_.reset();
  }

  void append_frames(std::vector<StackFrame>& frames, std::uintptr_t address) {
    Dwfl_Module* const module =
        dwfl_ == nullptr ? nullptr : ::dwfl_addrmodule(dwfl_.get(), address);
    if (module == nullptr) {
      frames.push_back(linker_frame(address));
      return;
    }
    StackFrame frame{.address = address};
    Dwarf_Addr start = 0;
    const char* const path =
        ::dwfl_module_info(module, nullptr, &start, nullptr, nullptr, nullptr, nullptr, nullptr);
    if (path != nullptr) frame.module = path;
    frame.offset = address - start;
    append_inlined(frames, module, frame);  // leaves the outermost call in `frame`
    GElf_Off offset = 0;
    GElf_Sym symbol{};
    if (const char* const name =
            ::dwfl_module_addrinfo(module, address, &offset, &symbol, nullptr, nullptr, nullptr)) {
      frame.function = demangle(name);
    }
    frames.push_back(std::move(frame));
  }

 private:
  static constexpr Dwfl_Callbacks kCallbacks{.find_elf = ::dwfl_linux_proc_find_elf,
                                             .find_debuginfo = ::dwfl_standard_find_debuginfo,
                                             .section_address = nullptr,
                                             .debuginfo_path = nullptr};

  /// The compilation unit that contains `address`. Only some compilers write an index of the units;
  /// without an index, all units have to be searched.
  static Dwarf_Die* find_unit(Dwfl_Module* module, Dwarf_Addr address, Dwarf_Addr& bias) {
    if (Dwarf_Die* const unit = ::dwfl_module_addrdie(module, address, &bias)) return unit;
    Dwarf_Die* unit = nullptr;
    while ((unit = ::dwfl_module_nextcu(module, unit, &bias)) != nullptr) {
      if (::dwarf_haspc(unit, address - bias) > 0) return unit;
    }
    return nullptr;
  }

  /// Sets file and line of `frame`, and appends a frame for each call that was inlined at its
  /// address. Goes from the innermost scope outwards: a frame for the inlined function is appended
  /// with the current line, and then `frame` gets the line of the call. What is left in `frame` in
  /// the end is the function that is not inlined.
  static void append_inlined(std::vector<StackFrame>& frames, Dwfl_Module* module,
                             StackFrame& frame) {
    Dwarf_Addr bias = 0;
    Dwarf_Die* const unit = find_unit(module, frame.address, bias);
    if (unit == nullptr) return;
    if (Dwarf_Line* const line = ::dwarf_getsrc_die(unit, frame.address - bias)) {
      if (const char* const file = ::dwarf_linesrc(line, nullptr, nullptr)) frame.file = file;
      ::dwarf_lineno(line, &frame.line);
    }
    for (Dwarf_Die& scope : scopes_around(*unit, frame.address - bias)) {
      const int tag = ::dwarf_tag(&scope);
      if (tag == DW_TAG_subprogram) return;
      if (tag != DW_TAG_inlined_subroutine) continue;
      frame.function = name_of(scope);
      frames.push_back(frame);
      frame.function.clear();
      set_call_site(frame, *unit, scope);
    }
  }

  /// The blocks and functions that the machine code at `address` comes from, the innermost first.
  static std::vector<Dwarf_Die> scopes_around(Dwarf_Die& unit, Dwarf_Addr address) {
    const auto taken = [](Dwarf_Die* scopes, int count) {
      const std::unique_ptr<Dwarf_Die, void (*)(void*)> owner(scopes, std::free);
      return std::vector<Dwarf_Die>(scopes, scopes + std::max(count, 0));
    };
    Dwarf_Die* found = nullptr;
    int count = ::dwarf_getscopes(&unit, address, &found);
    std::vector<Dwarf_Die> scopes = taken(found, count);
    if (scopes.empty()) return scopes;
    // Outside an inlined function, dwarf_getscopes continues with the scopes around its definition.
    // The scopes that the function was inlined into come from this second call.
    found = nullptr;
    count = ::dwarf_getscopes_die(scopes.data(), &found);
    return taken(found, count);
  }

  static std::string name_of(Dwarf_Die& function) {
    Dwarf_Attribute attribute;
    for (const unsigned name : {DW_AT_linkage_name, DW_AT_name}) {
      if (::dwarf_attr_integrate(&function, name, &attribute) == nullptr) continue;
      if (const char* const text = ::dwarf_formstring(&attribute)) return demangle(text);
    }
    return {};
  }

  static void set_call_site(StackFrame& frame, Dwarf_Die& unit, Dwarf_Die& inlined) {
    frame.file.clear();
    frame.line = 0;
    Dwarf_Attribute attribute;
    Dwarf_Word file = 0;
    Dwarf_Word line = 0;
    Dwarf_Files* files = nullptr;
    std::size_t count = 0;
    if (::dwarf_formudata(::dwarf_attr(&inlined, DW_AT_call_file, &attribute), &file) != 0) return;
    if (::dwarf_getsrcfiles(&unit, &files, &count) != 0) return;
    if (const char* const path = ::dwarf_filesrc(files, file, nullptr, nullptr)) frame.file = path;
    if (::dwarf_formudata(::dwarf_attr(&inlined, DW_AT_call_line, &attribute), &line) == 0) {
      frame.line = static_cast<int>(line);
    }
  }

  std::unique_ptr<Dwfl, void (*)(Dwfl*)> dwfl_;
};

#else

struct DebugInformation {
  void append_frames(std::vector<StackFrame>& frames, std::uintptr_t address) {
    frames.push_back(linker_frame(address));
  }
};

#endif

}  // namespace

std::vector<StackFrame> symbolize(std::span<const std::uintptr_t> addresses,
                                  base::Duration longest) {
  const auto began = std::chrono::steady_clock::now();
  static std::mutex one_at_a_time;  // because each takes much memory
  const std::lock_guard lock(one_at_a_time);
  std::vector<StackFrame> frames;
  if (addresses.empty()) return frames;
  frames.reserve(addresses.size());
  DebugInformation information;
  for (const std::uintptr_t address : addresses) {
    if (std::chrono::steady_clock::now() - began < longest) {
      information.append_frames(frames, address);
    } else {
      frames.push_back(linker_frame(address));
    }
  }
  return frames;
}

}  // namespace mastic::threads
