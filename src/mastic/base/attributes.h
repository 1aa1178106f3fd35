// Attributes that only some compilers know.

#pragma once

/// Stands after a parameter or after the parameters of a member function. Says that the returned
/// value may refer to that parameter, or to the object of that member function, and must not
/// outlive it.
#if defined(__clang__)
#define MASTIC_LIFETIMEBOUND [[clang::lifetimebound]]
#else
#define MASTIC_LIFETIMEBOUND
#endif
