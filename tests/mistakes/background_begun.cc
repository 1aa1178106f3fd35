// says: what runs in the background is a function that takes nothing, returns a Task<>
#include <mastic/mastic.h>

mastic::Task<> clean_up();

void enter(mastic::Router& site) { site.in_background("clean-up", clean_up()); }
