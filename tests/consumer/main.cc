// A program that uses an installed Mastic.

#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <cstdio>

int main() {
  mastic::Router site;
  site.get("/", [] { return "installed\n"; });
  site.mount("/files", mastic::static_files("."));
  mastic::testing::TestClient client(std::move(site));
  const auto response = client.get("/");
  std::fputs(response.text.c_str(), stdout);
  return response.text == "installed\n" ? 0 : 1;
}
