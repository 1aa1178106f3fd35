// The pages that are made here rather than in files: the guest book, and errors.

#pragma once

#include <mastic/mastic.h>

#include "guestbook.h"

/// The entries and a form, which shows `draft` again where it has errors; then the status is 422.
mastic::Response guestbook_page(const Guestbook& book, const Entry& draft = {},
                                const mastic::FieldErrors& errors = {});

mastic::Response error_page(const mastic::Problem& problem);
