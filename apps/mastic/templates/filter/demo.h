// A filter: sets a field of every answer.

#pragma once

#include <mastic/mastic.h>

#include <string>

struct DemoOptions {
  std::string field = "X-Demo";
  std::string value = "1";

  void describe(mastic::OptionTable& table) {
    table.text("field", field, "NAME", "Name of the field that every answer gets.");
    table.text("value", value, "TEXT", "Value of the field.");
  }
};

mastic::Middleware make_demo(const DemoOptions& options);
