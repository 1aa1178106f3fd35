#include "apps/mastic/manual_command.h"

#include "apps/mastic/commands.h"
#include "apps/mastic/manual.h"

namespace mastic::program {
namespace {

class ManualCommand final : public Command {
 public:
  void describe(base::OptionTable&) override {}
  int run(const base::CommandLine&) override { return print("manual", manual_page(commands())); }
};

}  // namespace

CommandEntry manual_command() {
  return {.name = "manual",
          .arguments = "",
          .meaning = "print the manual page mastic(1)",
          .text = "Prints the manual page mastic(1), for the build of Mastic.\n",
          .is_hidden = true,
          .make = make_command<ManualCommand>};
}

}  // namespace mastic::program
