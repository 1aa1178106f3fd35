// A temporary folder with files, for a test (base/temp_tree.h).
//
//     TempTree tree{{"public/index.html", "<p>hi"}};

#pragma once

#include "mastic/base/temp_tree.h"

namespace mastic::testing {

using base::TempTree;
using base::TreeChanges;
using base::TreeFile;
using base::TreeSnapshot;

}  // namespace mastic::testing
