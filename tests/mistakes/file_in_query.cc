// says: a query has no files: take a Form
#include <mastic/mastic.h>

struct Photo {
  mastic::File image;
};

void enter(mastic::Router& site) {
  site.get<"/photos">([](mastic::Query<Photo> photo) { return photo->image.name(); });
}
