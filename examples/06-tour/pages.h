// The pages that are not files: the guest book, and the page for errors.

#pragma once

#include <mastic/mastic.h>

#include "guestbook.h"

/// The page with the entries and the form. With `errors`, the form shows `draft` again with the
/// messages beside its fields, and the status is 422.
mastic::Response guestbook_page(const Guestbook& book, const Entry& draft = {},
                                const mastic::FieldErrors& errors = {});

mastic::Response error_page(const mastic::Problem& problem);
