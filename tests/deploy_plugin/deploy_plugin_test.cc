// A program that loads plugins, good ones and hostile ones.

#include <elf.h>
#include <gtest/gtest.h>
#include <link.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include "mastic/base/kernel.h"
#include "mastic/deploy/builder.h"
#include "mastic/deploy/plugin.h"
#include "mastic/deploy/plugin_file.h"
#include "mastic/deploy/site.h"

#include "carried.h"

using mastic::App;
using mastic::Middleware;
using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::Status;
using mastic::deploy::Builder;
using mastic::deploy::Diagnostics;
using mastic::deploy::Factories;
using mastic::deploy::load_plugin;
using mastic::deploy::Loader;
using mastic::deploy::Node;
using mastic::deploy::Part;
using mastic::deploy::PartKind;
using mastic::testing::TestClient;

namespace {

std::string plugin(const std::string& name) {
  return std::string(PLUGIN_DIR) + "/libplugin_" + name + ".so";
}

/// What is wrong with a plugin.
std::string fault(const std::string& path) {
  const auto loaded = load_plugin(path, mastic::base::system_kernel());
  return loaded ? "none" : loaded.error().message;
}

testing::AssertionResult has(const std::string& message, const std::string& part) {
  if (message.contains(part)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << message;
}

/// A file in a folder of the test, with the permissions of a file that its owner has just made.
struct TemporaryFile {
  explicit TemporaryFile(const std::string& name) : path(folder() + "/" + name) {}
  ~TemporaryFile() { std::filesystem::remove_all(std::filesystem::path(path).parent_path()); }
  static std::string folder() {
    std::string pattern = testing::TempDir() + "pluginXXXXXX";
    return mkdtemp(pattern.data());
  }
  const TemporaryFile& write(const std::string& bytes) const {
    std::ofstream(path, std::ios::binary) << bytes;
    return *this;
  }
  const TemporaryFile& allow(unsigned mode) const {
    EXPECT_EQ(chmod(path.c_str(), mode), 0);
    return *this;
  }
  std::string path;
};

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Makes parts of plugins, as a section with `use = lib:...` does.
struct LoadedPlugin : testing::Test {
  Part part(PartKind kind, const std::string& file, const std::string& name) {
    Part part;
    part.kind = kind;
    part.section = "app:main";
    part.origin = {"site.ini", 1};
    part.factory = {"lib", file, name, {"site.ini", 2}};
    return part;
  }
  App make_app(const Part& part) { return builder.make_app(part, node); }
  Middleware make_filter(const std::string& name) {
    return builder.make_filter(part(PartKind::Filter, plugin("shop"), name), node);
  }
  App make_shop(const std::string& file = plugin("shop")) {
    Part shop = part(PartKind::App, file, "shop");
    shop.local.set({"currency", "CHF", {"site.ini", 3}});
    return make_app(shop);
  }
  std::string errors() { return diagnostics.to_string(); }

  Diagnostics diagnostics;
  Loader loader{diagnostics, {}, mastic::base::system_kernel()};
  Factories factories;
  Builder builder{loader, factories, diagnostics, mastic::base::system_kernel()};
  Node node;
};

/// Puts a clerk of the program into every request.
struct PutClerk {
  const carried::Clerk* clerk;
  std::optional<Response> before(Request& request) const {
    request.ext<carried::OnDuty>().clerk = clerk;
    return std::nullopt;
  }
};

}  // namespace

TEST_F(LoadedPlugin, AnswersWithItsOptions) {
  TestClient client(make_shop());
  EXPECT_EQ(errors(), "");
  EXPECT_EQ(client.get("/price/assam").text,
            "{\"tea\":\"assam\",\"amount\":4,\"currency\":\"CHF\"}");
}

TEST_F(LoadedPlugin, RunsTasksAndCodeThatBlocks) {
  TestClient client(make_shop());
  EXPECT_EQ(client.get("/later").text, "later\n");
  EXPECT_EQ(client.get("/blocks").text, "blocked\n");
}

TEST_F(LoadedPlugin, ThrowsExceptionsThatTheProgramUnderstands) {
  TestClient client(make_shop());
  client.expect_errors("GET /bug");
  EXPECT_EQ(client.get("/sold").status, Status::Gone);
  EXPECT_EQ(client.get("/bug").status, Status::InternalServerError);
  EXPECT_EQ(client.get("/nowhere").status, Status::NotFound);
}

TEST_F(LoadedPlugin, SeesValuesOfTheProgramAndTheirTypes) {
  struct Guard final : carried::Clerk {
    std::string name() const override { return "guard"; }
  };
  const carried::Cashier cashier;
  const Guard guard;
  EXPECT_EQ(TestClient(make_shop()).get("/clerk").text, "nobody");
  EXPECT_EQ(TestClient(Middleware(PutClerk{&cashier})(make_shop())).get("/clerk").text, "cashier");
  EXPECT_EQ(TestClient(Middleware(PutClerk{&guard})(make_shop())).get("/clerk").text, "somebody");
}

TEST_F(LoadedPlugin, HasFiltersThatLeaveValuesForTheProgram) {
  Router site;
  site.get<"/teas">([](Request& request) {
    const auto* const receipt = request.find_ext<carried::Receipt>();
    return receipt != nullptr ? receipt->text : std::string("no receipt");
  });
  TestClient client(make_filter("receipts")(App(std::move(site))));
  const auto answer = client.get("/teas");
  EXPECT_EQ(answer.text, "for /teas");
  EXPECT_EQ(answer.field("X-Shop"), "1");
}

TEST_F(LoadedPlugin, MayBeBuiltByTheOtherOfTwoCompilers) {
  const std::string file = plugin("by_other_compiler");
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "it needs both compilers, and no sanitizer";
  const carried::Cashier cashier;
  TestClient client(Middleware(PutClerk{&cashier})(make_shop(file)));
  client.expect_errors("GET /bug");
  EXPECT_EQ(errors(), "");
  EXPECT_EQ(client.get("/price/assam").text,
            "{\"tea\":\"assam\",\"amount\":4,\"currency\":\"CHF\"}");
  EXPECT_EQ(client.get("/later").text, "later\n");
  EXPECT_EQ(client.get("/sold").status, Status::Gone);
  EXPECT_EQ(client.get("/bug").status, Status::InternalServerError);
  EXPECT_EQ(client.get("/clerk").text, "cashier");
}

TEST_F(LoadedPlugin, ReportsWrongOptionsAndFactoriesThatThrow) {
  Part shop = part(PartKind::App, plugin("shop"), "shop");
  shop.local.set({"currency", "Franken", {"site.ini", 3}});
  static_cast<void>(make_app(shop));
  static_cast<void>(make_app(part(PartKind::App, plugin("shop"), "closed")));
  static_cast<void>(make_app(part(PartKind::App, plugin("shop"), "shopp")));
  const std::string name = "lib:" + plugin("shop");
  EXPECT_EQ(errors(), "site.ini:1: error: '" + name +
                          "#shop' cannot be made: a currency has three letters, not 'Franken'\n"
                          "site.ini:1: error: '" +
                          name +
                          "#closed' cannot be made: the shop is closed\n"
                          "site.ini:2: error: " +
                          plugin("shop") + " has no application 'shopp'; it has shop, closed\n");
}

TEST(Plugin, IsUsedByASiteFile) {
  const TemporaryFile file("site.ini");
  file.write("[app:main]\nuse = lib:" PLUGIN_DIR
             "/libplugin_shop.so#shop\ncurrency = CHF\nfilter-with = receipts\n"
             "[filter:receipts]\nuse = lib:" PLUGIN_DIR "/libplugin_shop.so#receipts\n");
  const Factories none;
  auto site =
      mastic::deploy::make_site("config:" + file.path, none, {}, mastic::base::system_kernel());
  ASSERT_EQ(site.diagnostics.to_string(), "");
  TestClient client(*std::move(site.app));
  const auto answer = client.get("/price/assam");
  EXPECT_EQ(answer.text, "{\"tea\":\"assam\",\"amount\":4,\"currency\":\"CHF\"}");
  EXPECT_EQ(answer.field("X-Shop"), "1");
}

TEST(Plugin, HasFiltersThatThrowWhenTheyArePutAroundAnApplication) {
  const TemporaryFile file("site.ini");
  const std::string use = "use = lib:" PLUGIN_DIR "/libplugin_shop.so#";
  file.write("[pipeline:main]\npipeline = thorns receipts shop\n[filter:thorns]\n" + use +
             "thorns\n[filter:receipts]\n" + use + "receipts\n[app:shop]\n" + use + "shop\n");
  const Factories none;
  const auto site =
      mastic::deploy::make_site("config:" + file.path, none, {}, mastic::base::system_kernel());
  EXPECT_FALSE(site.app);
  EXPECT_EQ(site.diagnostics.to_string(),
            file.path +
                ":3: error: [filter:thorns] cannot be put around an application: "
                "there are thorns\n");
}

TEST(Plugin, IsFoundWhenItIsLoadedAgain) {
  const auto first = load_plugin(plugin("shop"), mastic::base::system_kernel());
  const auto again = load_plugin(plugin("shop"), mastic::base::system_kernel());
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->data(), again->data());
  EXPECT_EQ(first->size(), 4);
}

TEST(Plugin, OfAnotherBuildIsRefusedBeforeItsCodeRuns) {
  EXPECT_TRUE(has(fault(plugin("other_version")),
                  plugin("other_version") + ": was built for Mastic 9.8.7, this program is "));
  EXPECT_TRUE(has(fault(plugin("other_compiler")), "was built by ICC 21 (ABI "));
  EXPECT_TRUE(has(fault(plugin("other_standard_library")),
                  "was built with libc++ 190107, this program with libstdc++ "));
  EXPECT_TRUE(has(fault(plugin("other_sanitizer")),
                  "was built with the sanitizer MemorySanitizer, this program with "));
  EXPECT_TRUE(has(fault(plugin("other_table_bytes")), "with other headers of Mastic "));
  EXPECT_TRUE(has(fault(plugin("other_magic")),
                  "'mastic_plugin' is not the table that MASTIC_PLUGIN(...) makes"));
}

TEST(Plugin, ThatThrowsIsRefused) {
  EXPECT_EQ(fault(plugin("throws")),
            plugin("throws") + ": its list of factories cannot be made: there is no password");
  EXPECT_EQ(
      fault(plugin("throws_at_load")),
      plugin("throws_at_load") + ": a static variable of it cannot be made: there is no password");
}

TEST(Plugin, WhoseFactoriesCannotBeToldApartOrNamedIsRefused) {
  const std::string file = plugin("lists");
  for (const auto& [list, message] :
       {std::pair("", "has no factories"),
        {"twice", "has more than one application 'tea'"},
        {"odd name", "'green\ntea' cannot be the name of a factory"},
        {"no name", "'' cannot be the name of a factory; use letters"},
        {"no maker", "its factory 'tea' makes neither"}}) {
    setenv("PLUGIN_LIST", list, 1);
    EXPECT_TRUE(has(fault(file), file + ": " + message));
  }
  setenv("PLUGIN_LIST", "mute", 1);
  EXPECT_EQ(fault(file), "none");
}

TEST(Plugin, ThatNeedsMoreOfMasticThanTheProgramHasIsRefused) {
  const std::string message = fault(plugin("missing_symbol"));
  EXPECT_TRUE(has(message, plugin("missing_symbol") + ": cannot be loaded: undefined symbol: "));
  EXPECT_TRUE(has(message, "future_function"));
  EXPECT_TRUE(has(message, "mastic_host()"));
}

TEST(Plugin, IsASharedObjectWithATable) {
  EXPECT_EQ(
      fault("/nowhere/libshop.so"),
      "/nowhere/libshop.so: No such file or directory; build the plugin, or correct its path");
  EXPECT_EQ(fault(PLUGIN_DIR), PLUGIN_DIR ": is a directory, and no plugin");
  EXPECT_EQ(fault("/dev/null"), "/dev/null: is no regular file, and no plugin");
  const TemporaryFile pipe("libpipe.so");
  ASSERT_EQ(mkfifo(pipe.path.c_str(), 0600), 0);
  EXPECT_EQ(fault(pipe.path), pipe.path + ": is no regular file, and no plugin");
  EXPECT_TRUE(has(fault(std::string(PLUGIN_DIR) + "/libplugin_none.so"),
                  "is a shared object, but no plugin of Mastic"));
  const TemporaryFile text("libtext.so");
  for (const char* const bytes : {"", "[app:main]\nuse = egg:Paste#static\n",
                                  "\x7f"
                                  "ELF"}) {
    EXPECT_EQ(fault(text.write(bytes).allow(0644).path),
              text.path + ": is no shared object (an ELF file, named *.so), and so no plugin");
  }
}

TEST(Plugin, IsNotSearchedElsewhere) {
  EXPECT_EQ(fault("libstdc++.so.6"),
            "./libstdc++.so.6: No such file or directory; build the plugin, or correct its path");
}

TEST(Plugin, ThatIsTruncatedIsRefusedAtEveryLength) {
  const std::string whole = bytes_of(plugin("throws"));
  const TemporaryFile cut("libcut.so");
  cut.write(whole).allow(0644);
  const std::size_t step = whole.size() / 50;
  for (std::size_t size = 64 + 49 * step; size >= 64; size = size > step ? size - step : 0) {
    ASSERT_EQ(truncate(cut.path.c_str(), static_cast<off_t>(size)), 0);
    EXPECT_TRUE(has(fault(cut.path), "is truncated: it says that it is longer than its " +
                                         std::to_string(size) + " bytes"));
  }
}

TEST(Plugin, WithWrongBytesIsReadWithoutACrash) {
  const std::string whole = bytes_of(plugin("throws"));
  const TemporaryFile wrong("libwrong.so");
  wrong.write(whole).allow(0644);
  std::fstream file(wrong.path, std::ios::in | std::ios::out | std::ios::binary);
  const auto put = [&](std::size_t at, char byte) {
    file.seekp(static_cast<std::streamoff>(at)).put(byte).flush();
  };
  // Every byte of the headers of the file and of its segments, and some of all others.
  for (std::size_t at = 0; at < whole.size(); at += at < 600 ? 1 : whole.size() / 200) {
    put(at, static_cast<char>(~whole[at]));
    const auto build = mastic::deploy::read_plugin_build(wrong.path, mastic::base::system_kernel());
    EXPECT_TRUE(build || build.error().message.starts_with(wrong.path + ": "));
    put(at, whole[at]);
  }
}

TEST(Plugin, ThatSaysItIsHugeTakesNoMemory) {
  const std::string whole = bytes_of(plugin("throws"));
  const TemporaryFile huge("libhuge.so");
  huge.write(whole).allow(0644);
  // The place of the list of sections, and how many there are.
  ElfW(Ehdr) header{};
  std::memcpy(&header, whole.data(), sizeof header);
  std::fstream file(huge.path, std::ios::in | std::ios::out | std::ios::binary);
  for (std::size_t i = 0; i < header.e_shnum; ++i) {
    const std::size_t at = header.e_shoff + i * sizeof(ElfW(Shdr));
    ElfW(Shdr) section{};
    std::memcpy(&section, whole.data() + at, sizeof section);
    if (section.sh_type != SHT_DYNSYM) continue;
    section.sh_size = std::uint64_t{1} << 40;
    file.seekp(static_cast<std::streamoff>(at));
    file.write(reinterpret_cast<const char*>(&section), sizeof section).flush();
  }
  if (truncate(huge.path.c_str(), off_t{1} << 41) != 0) GTEST_SKIP() << "no file is that long here";
  EXPECT_TRUE(has(fault(huge.path), "is a shared object, but no plugin of Mastic"));
}

TEST(Plugin, ForAnotherProcessorIsRefused) {
  std::string bytes = bytes_of(plugin("throws"));
  bytes[18] = '\x28';  // the machine: arm
  bytes[19] = 0;
  bytes[4] = 1;  // the class: 32 bits
  const TemporaryFile other("libarm.so");
  EXPECT_TRUE(has(fault(other.write(bytes).allow(0644).path),
                  ": was built for arm (32 bits), this program for "));
}

TEST(Plugin, ThatOthersMayWriteToIsRefused) {
  const TemporaryFile file("libopen.so");
  file.write("").allow(0666);
  EXPECT_EQ(fault(file.path), file.path +
                                  ": is not loaded, because others than its owner may write to it, "
                                  "and its code would run in this program; run: chmod go-w " +
                                  file.path);
  EXPECT_TRUE(has(fault(file.allow(0646).path), "others than its owner"));
  struct stat status{};
  ASSERT_EQ(stat(file.path.c_str(), &status), 0);
  const bool is_own_group = status.st_uid == status.st_gid;
  EXPECT_TRUE(has(fault(file.allow(0664).path),
                  is_own_group ? "is no shared object" : "others than its owner"));
}

TEST(Plugin, InAFolderThatOthersMayWriteToIsRefused) {
  const TemporaryFile file("libopen.so");
  const std::string folder = file.path.substr(0, file.path.rfind('/') + 1);
  file.write("").allow(0644);
  ASSERT_EQ(chmod(folder.c_str(), 0777), 0);
  EXPECT_EQ(fault(file.path),
            file.path +
                ": is not loaded, because others than its owner may write to its "
                "folder, and its code would run in this program; run: chmod go-w " +
                folder);
  for (const mode_t allowed : {01777U, 02775U}) {  // as /tmp and a folder of a group have them
    ASSERT_EQ(chmod(folder.c_str(), allowed), 0);
    EXPECT_TRUE(has(fault(file.path), "is no shared object"));
  }
}
