// Attributes that only some compilers know.

#pragma once

/// Says that the returned value may refer to the parameter, or to the object of the member
/// function, which it follows, and must not outlive that.
#if defined(__clang__)
#define MASTIC_LIFETIMEBOUND [[clang::lifetimebound]]
#else
#define MASTIC_LIFETIMEBOUND
#endif
