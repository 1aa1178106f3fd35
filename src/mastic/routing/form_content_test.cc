// Forms with files, as handlers take them.

#include "mastic/routing/form_content.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/app/upload_options.h"
#include "mastic/routing/router.h"

namespace mastic::routing {
namespace {

using app::File;
using app::TestExchange;
using http::Method;

struct Photo {
  std::string title;
  int rating = 5;
  File image;
  std::optional<File> preview;
  std::vector<File> others;

  void validate(FieldErrors& errors) const {
    errors.require(image.media_type() == "image/png", "image", "must be a PNG image");
    errors.require(image.size() <= 10, "image", "must have at most 10 bytes");
  }
};

struct Note {
  std::string text;
  std::vector<std::string> tags;
};

std::string describe(const Photo& photo) {
  std::string text = photo.title + " " + std::to_string(photo.rating) + " " + photo.image.name() +
                     "=" + photo.image.read();
  if (photo.preview) text += " preview=" + photo.preview->read();
  for (const File& other : photo.others) text += " other=" + other.read();
  return text;
}

std::string text_part(const std::string& name, const std::string& text) {
  return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + text + "\r\n";
}
std::string file_part(const std::string& name, const std::string& file_name,
                      const std::string& content, const std::string& type = "image/png") {
  return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + file_name +
         "\"\r\nContent-Type: " + type + "\r\n\r\n" + content + "\r\n";
}

class FormContentTest : public testing::Test {
 protected:
  FormContentTest() {
    router.post<"/plain">([](Form<Photo> form) { return describe(*form); });
    router.post<"/task">([](Form<Photo> form) -> Task<std::string> { co_return describe(*form); });
    router.post<"/blocking">(app::blocking, [](Form<Photo> form) { return describe(*form); });
    router.post<"/checked">([](Checked<Form<Photo>> form) {
      std::string text = std::string(form.typed.of("title")) + ":";
      for (const auto& error : form.errors.list()) text += error.field + " " + error.message + ";";
      return text;
    });
    router.post<"/note">([](Form<Note> form) {
      std::string text = form->text;
      for (const std::string& tag : form->tags) text += "," + tag;
      return text;
    });
  }

  /// Posts a form in pieces of `piece_size`, or in memory if that is 0. Returns the answer, or its
  /// status and the message.
  std::string post(std::string_view path, std::string form, std::size_t piece_size = 0) {
    if (!app) app.emplace(std::move(router).build());
    exchange.emplace(executor);
    exchange->most = most;
    exchange->fields.add("Content-Type", type);
    Body body = piece_size == 0 ? Body(std::move(form)) : in_pieces(std::move(form), piece_size);
    Response response = exchange->call(*app, Method::Post, path, std::move(body));
    const std::string status = std::to_string(static_cast<int>(response.status));
    std::string text = text_of(std::move(response));
    return status == "200" ? text
                           : text.substr(0, text.find('\n')) + text.substr(text.rfind("\n\n") + 1);
  }
  static Body in_pieces(std::string bytes, std::size_t size) {
    return Body::produced_by([bytes = std::move(bytes), size, at = std::size_t{0}]() mutable {
      std::optional<std::string> piece;
      if (at < bytes.size()) piece = bytes.substr(at, size);
      at += size;
      return piece;
    });
  }

  Router router;
  std::optional<App> app;
  async::ManualExecutor executor;
  std::optional<TestExchange> exchange;
  std::string type = "multipart/form-data; boundary=b";
  std::uint64_t most = 1 << 20;
};

TEST_F(FormContentTest, GivesTextAndFilesToHandlersOfEveryKind) {
  const std::string form = text_part("title", "Tea") + file_part("image", "a.png", "one") +
                           file_part("others", "b", "two") + text_part("rating", "3") +
                           file_part("others", "c", "three") + file_part("preview", "p", "small") +
                           "--b--\r\n";
  for (const std::string_view path : {"/plain", "/task", "/blocking"}) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{50}, form.size()}) {
      EXPECT_EQ(post(path, form, size), "Tea 3 a.png=one preview=small other=two other=three")
          << path << " in pieces of " << size;
    }
  }
}

TEST_F(FormContentTest, LeavesOutFilesThatWereNotChosen) {
  EXPECT_EQ(post("/plain", file_part("image", "a.png", "one") + file_part("preview", "", "") +
                               file_part("others", "", "") + "--b--"),
            " 5 a.png=one");
  EXPECT_EQ(post("/checked", file_part("image", "", "") + "--b--"), ":image a file is expected;");
}

TEST_F(FormContentTest, TellsWhatIsWrongWithEachField) {
  EXPECT_EQ(post("/checked", text_part("title", "Tea") + text_part("rating", "many") +
                                 text_part("image", "no file") + "--b--"),
            "Tea:rating a whole number in its range is expected, 'many' found;"
            "image a file is expected;");
  EXPECT_EQ(post("/checked", file_part("image", "a", "1") + file_part("image", "b", "2") + "--b--"),
            ":image one file is expected, 2 found;");
  EXPECT_EQ(post("/checked", file_part("image", "a", "more than ten", "image/gif") + "--b--"),
            ":image must be a PNG image;image must have at most 10 bytes;");
  EXPECT_TRUE(post("/plain", "--b--").starts_with("422"));
}

TEST_F(FormContentTest, ReadsFormsWithoutFilesInBothTypes) {
  EXPECT_EQ(
      post("/note", text_part("tags", "a") + text_part("text", "J\u00f6rg + x%20") +
                        text_part("tags", "b") + file_part("text", "f", "not text") + "--b--"),
      "J\u00f6rg + x%20,a,b");
  type = "application/x-www-form-urlencoded";
  EXPECT_EQ(post("/note", "text=Tea&tags=a&tags=b", 3), "Tea,a,b");
  EXPECT_EQ(post("/checked", "title=Tea"),
            "Tea:image a file is expected, in a form of the type multipart/form-data;");
}

TEST_F(FormContentTest, RefusesOtherContent) {
  type = "text/plain";
  EXPECT_TRUE(post("/plain", "x").starts_with("415"));
  type = "multipart/form-data";
  EXPECT_TRUE(post("/plain", "--b--").starts_with("400"));
  type = "multipart/form-data; boundary=b";
  EXPECT_TRUE(post("/plain", text_part("title", "J\xf6rg") + "--b--").starts_with("400"));
  EXPECT_TRUE(post("/plain", text_part("title", "x")).starts_with("400"));
}

TEST_F(FormContentTest, AllowsLargeFilesButNotLargeTexts) {
  most = 100;
  const std::string large(1000, 'x');
  EXPECT_EQ(post("/plain",
                 file_part("others", "o", large) + file_part("image", "a", "one") + "--b--", 64),
            " 5 a=one other=" + large);
  EXPECT_TRUE(post("/plain", text_part("title", large) + "--b--", 64).starts_with("413"));
  EXPECT_TRUE(post("/plain", text_part("a", std::string(60, 'x')) +
                                 text_part("b", std::string(60, 'x')) + "--b--")
                  .starts_with("413"));
}

TEST_F(FormContentTest, AllowsAThousandTextsWhateverTheNumberOfParts) {
  struct ManyParts {
    std::optional<app::Response> before(Request& request) const {
      request.ext<app::UploadOptions>().multipart.max_multipart_parts = 5000;
      return std::nullopt;
    }
  };
  router.use(ManyParts());
  std::string texts;
  for (int i = 0; i < 1000; ++i) texts += text_part("tags", "a");
  const std::string files = file_part("unknown", "f", "x") + file_part("unknown", "g", "y");
  EXPECT_EQ(post("/note", texts + files + text_part("text", "b") + "--b--"),
            "413 Content Too Large\nThere are more than 1000 fields.\n");
  EXPECT_EQ(post("/note", texts + files + "--b--").size(), 2000u);
}

TEST_F(FormContentTest, KeepsNoFileThatTheHandlerDoesNotAskFor) {
  EXPECT_EQ(post("/note", file_part("unknown", "f", std::string(5000, 'x')) + "--b--", 100), "");
  EXPECT_EQ(exchange->held, 0u);
}

}  // namespace
}  // namespace mastic::routing
