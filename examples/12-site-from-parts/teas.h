// The teas of a shop, as an application.

#pragma once

#include <mastic/mastic.h>

#include <string>

/// The options of the shop: fields of a struct here, lines of a section in site.ini.
struct TeaOptions {
  std::string currency = "GBP";  ///< of the prices

  void describe(mastic::base::OptionTable& table) {
    table.text("currency", currency, "CODE", "Currency of the prices.");
  }
};

/// Makes the application: /teas and /teas/NAME.
mastic::Router make_teas(const TeaOptions& options);
