// Cases that fail, in a program of their own, because ctest lists those that GoogleTest hides.

#include <gtest/gtest.h>
#include <mastic/testing/gtest.h>

#include "fails.h"

TEST(GoogleTest, FailsWhenAsked) { ask_for_nothing(); }
TEST(GoogleTest, FailsWhenDestroyed) { leave_the_till_open(); }
