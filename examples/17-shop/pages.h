// The pages of the shop.

#pragma once

#include <mastic/mastic.h>

#include <string>
#include <vector>

#include "shop.h"

/// The start page: teas, and the words that they were searched by.
mastic::Response start_page(const Visit& visit, const std::vector<Tea>& teas,
                            const std::string& words);
/// The page of a tea, with the form that puts it into the cart.
mastic::Response tea_page(const Visit& visit, const Tea& tea, const mastic::FieldErrors& errors);
/// The cart, with the teas of its lines.
mastic::Response cart_page(const Visit& visit, const Shop& shop, const std::string& complaint);
/// The form by which customers log in, and then get to `next`.
mastic::Response login_page(const Visit& visit, const std::string& next,
                            const std::string& complaint);
/// The page of a customer, with the form for a picture.
mastic::Response account_page(const Visit& visit, const mastic::FieldErrors& errors);
/// What a customer sees after an order.
mastic::Response order_page(const Visit& visit, int number);
