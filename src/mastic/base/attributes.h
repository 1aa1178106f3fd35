// Attributes that only some compilers know.

#pragma once

/// Says of a parameter, or of a member function that it follows, that what is returned may point
/// into it and dies with it.
#if defined(__clang__)
#define MASTIC_LIFETIMEBOUND [[clang::lifetimebound]]
#else
#define MASTIC_LIFETIMEBOUND
#endif
