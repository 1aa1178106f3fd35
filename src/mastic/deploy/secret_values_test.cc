#include "mastic/deploy/secret_values.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

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

TEST(SecretValues, BlanksValuesWhoseNamesAreWrittenBesideThem) {
  const SecretValues secrets;
  EXPECT_EQ(secrets.blank("get http://x/?page=2&api_token=abc&x=y"),
            "get http://x/?page=2&api_token=***&x=y");
  EXPECT_EQ(secrets.blank("host=db password=abc user=shop"), "host=db password=*** user=shop");
  EXPECT_EQ(secrets.blank("password = "), "password = ");
}

TEST(SecretValues, BlanksLongTextsInATimeThatGrowsWithThem) {
  const SecretValues secrets;
  for (const char* const piece : {"://", "a=", "password=x&", "://u:p@h "}) {
    std::string text;
    for (int i = 0; i < 50'000; ++i) text += piece;
    EXPECT_EQ(secrets.blank(text).contains("***"), std::string_view(piece).size() > 3) << piece;
  }
}

TEST(SecretValues, BlanksEachLineAndEachWordOfALongSecret) {
  std::vector<std::string> pins;
  base::OptionTable table;
  table.list("pin", pins, "PIN", "Secrets.");
  // OptionTable has no list of secrets of its own; a plugin may declare one.
  const_cast<base::Option&>(table.options().front()).is_secret = true;
  SecretValues secrets;
  secrets.learn(settings_of({{"pin", "first-one second-one"}}), &table);
  secrets.learn(settings_of({{"private_key", "-----BEGIN\nline-of-key\n-----END"}}));
  const std::string huge(1'000, 'k');
  secrets.learn(settings_of({{"password", huge}}));
  EXPECT_EQ(secrets.blank("'second-one' is no number"), "'***' is no number");
  EXPECT_EQ(secrets.blank("no line-of-key here"), "no *** here");
  EXPECT_EQ(secrets.blank("x " + huge + " y").find('k'), std::string::npos);
}

TEST(SecretValues, TakesTheLongestOfTheSecretsThatBeginAlike) {
  SecretValues secrets;
  secrets.learn(settings_of({{"a_key", "abcde"}, {"b_key", "abcdefgh"}, {"c_key", "abcdez"}}));
  EXPECT_EQ(secrets.blank("abcdefg abcdefgh abcdez abcd xabcdey"), "***fg *** *** abcd x***y");
}

TEST(SecretValues, DoesNotTakePlacesForNames) {
  EXPECT_FALSE(names_secret_setting("/keys"));
  EXPECT_FALSE(names_secret_setting("domain auth.example.com /"));
}

}  // namespace
}  // namespace mastic::deploy
