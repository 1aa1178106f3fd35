#include "site.h"

int main(int argc, char** argv) { return mastic::run(make_site, argc, argv); }
