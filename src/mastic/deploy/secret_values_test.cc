#include "mastic/deploy/secret_values.h"

#include <gtest/gtest.h>

namespace mastic::deploy {
namespace {

Settings settings_of(std::initializer_list<std::pair<std::string, std::string>> pairs) {
  Settings settings;
  for (const auto& [name, value] : pairs) settings.set({name, value, {}});
  return settings;
}

TEST(SecretValues, BlanksSettingsWhoseNamesSayThatTheyAreSecret) {
  const SecretValues secrets;
  for (const char* name : {"password", "DB_PASSWD", "db.pwd", "api_key", "authtoken.secret",
                           "sentry_dsn", "smtp_pass", "aws_credentials"}) {
    EXPECT_EQ(secrets.blank(settings_of({{name, "hunter2"}})).get(name), "***") << name;
  }
  for (const char* name : {"root", "debug", "bypass_list", "host"}) {
    EXPECT_EQ(secrets.blank(settings_of({{name, "hunter2"}})).get(name), "hunter2") << name;
  }
}

TEST(SecretValues, DeclaredOptionsAreSecretOnlyIfTheirTableSaysSo) {
  std::string pin;
  std::string cache_key = "page";
  base::OptionTable table;
  table.secret("pin", pin, "PIN", "A secret.");
  table.text("cache_key", cache_key, "NAME", "No secret.");
  table.alias("code", "pin");
  const SecretValues secrets;
  const Settings shown = secrets.blank(
      settings_of({{"pin", "12345"}, {"code", "12345"}, {"cache_key", "page"}}), &table);
  EXPECT_EQ(shown.get("pin"), "***");
  EXPECT_EQ(shown.get("code"), "***");
  EXPECT_EQ(shown.get("cache_key"), "page");
}

TEST(SecretValues, BlanksASecretWhereverItWasCopied) {
  SecretValues secrets;
  secrets.learn(settings_of({{"password", "hunter2"}, {"use_token", "false"}, {"pwd", "ab"}}));
  EXPECT_EQ(secrets.blank("login --with hunter2 --false ab"), "login --with *** --false ab");
  EXPECT_EQ(secrets.blank(settings_of({{"command", "su hunter2"}})).get("command"), "su ***");
}

TEST(SecretValues, LeavesWordsOfSettingsThatOnlyMayBeSecret) {
  SecretValues secrets;
  secrets.learn(settings_of({{"keys", "generic"}, {"session.type", "memory"}}));
  EXPECT_EQ(secrets.blank("a generic error in memory"), "a generic error in memory");
  secrets.learn(settings_of({{"signing_key", "generic"}}));
  EXPECT_EQ(secrets.blank("a generic error in memory"), "a *** error in memory");
}

TEST(SecretValues, BlanksThePasswordOfAUrl) {
  const SecretValues secrets;
  EXPECT_EQ(secrets.blank("postgres://shop:p@ss:word@db.example/shop?x=a@b"),
            "postgres://shop:***@db.example/shop?x=a@b");
  EXPECT_EQ(secrets.blank("http://example.com:8080/a@b:c http://u:p@h"),
            "http://example.com:8080/a@b:c http://u:***@h");
}

}  // namespace
}  // namespace mastic::deploy
