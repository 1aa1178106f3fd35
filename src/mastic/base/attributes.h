// Attributes that only some compilers know.

#pragma once

/// After a parameter (or a member function): what is returned may point into it and dies with it.
#if defined(__clang__)
#define MASTIC_LIFETIMEBOUND [[clang::lifetimebound]]
#else
#define MASTIC_LIFETIMEBOUND
#endif
