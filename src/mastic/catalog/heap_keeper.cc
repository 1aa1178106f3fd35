#include "mastic/catalog/heap_keeper.h"

#include <malloc.h>

namespace mastic::catalog {

void trim_heaps() noexcept { (void)malloc_trim(0); }

}  // namespace mastic::catalog
