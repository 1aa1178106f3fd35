// The code of uploads.md: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/middleware/decompress_requests.h>
#include <mastic/middleware/upload_progress.h>
#include <mastic/middleware/uploads.h>
#include <mastic/testing/test_client.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

using mastic::Checked;
using mastic::FieldErrors;
using mastic::File;
using mastic::Form;
using mastic::Json;
using mastic::MultipartReader;
using mastic::Part;
using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::Status;
using mastic::Task;
using mastic::middleware::DecompressRequests;
using mastic::middleware::UploadProgress;
using mastic::middleware::Uploads;
using mastic::testing::TestClient;
using mastic::testing::TestFile;

namespace {

/// The folder for the files: temporary here, /srv/photos on your machine.
struct Folder {
  Folder() {
    char name[] = "/var/tmp/mastic-guide-XXXXXX";
    path = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};
const Folder folder;
const std::filesystem::path photos = folder.path;

struct Photo {
  std::string title;
  File image;
  std::optional<File> preview;
  std::vector<File> attachments;

  void validate(FieldErrors& errors) const {
    errors.require(!title.empty(), "title", "must not be empty");
    errors.require(image.media_type().starts_with("image/"), "image", "must be an image");
    errors.require(image.size() <= 8 << 20, "image", "must have at most 8 MB");
  }
};

std::string add_photo(Request& request, Form<Photo> form) {
  const std::string id = std::to_string(request.id());
  form->image.keep(photos / id);
  std::string answer = "stored " + form->title + ", which you call " + form->image.name();
  for (const File& file : form->attachments) answer += " and " + file.name();
  return answer + "\n";
}

constexpr std::string_view kUploadPage =
    "<!doctype html>\n"
    "<form method=post action=/photos enctype=multipart/form-data>\n"
    "  <input name=title>\n"
    "  <input type=file name=image>\n"
    "  <input type=file name=attachments multiple>\n"
    "  <button>Send</button>\n"
    "</form>\n";

Response show_again(const Checked<Form<Photo>>& form) {
  std::string html = "<p>" + mastic::html_escape(form.errors.of("image")) + "</p>";
  html += "<input name=title value='" + mastic::html_escape(form.typed.of("title")) + "'>";
  return Response::html(html, Status::UnprocessableContent);
}

Task<std::string> import_tables(Request& request) {
  MultipartReader parts(request);
  std::string answer;
  while (Part* const part = co_await parts.next()) {
    if (part->name() == "note") {
      answer += "note: " + co_await part->read_text(1000) + "\n";
    } else if (part->is_file()) {
      const std::uint64_t size = co_await part->body().save_to(photos / "table");
      answer += part->file_name() + ": " + std::to_string(size) + " bytes\n";
    }
  }
  co_return answer;
}

Task<std::string> replace_logo(Request&, Form<Photo> form) {
  co_await form->image.save_to(photos / "logo");
  co_return "replaced\n";
}

struct Measurement {
  std::string sensor;
  double value = 0;
};

Router make_site() {
  Router site;
  site.get<"/upload">([] { return Response::html(std::string(kUploadPage)); });
  site.post<"/photos">(add_photo);
  site.post<"/checked">([](Checked<Form<Photo>> form) {
    if (!form.errors.empty()) return show_again(form);
    return Response::redirect("/thanks");
  });
  site.post<"/back">([](Form<Photo> form) {
    return Response::of_type(std::string(form->image.media_type()), form->image.body());
  });
  site.post<"/import">(import_tables);
  site.post<"/logo">(replace_logo);
  site.post<"/videos">(add_photo).use(
      Uploads({.max_upload_bytes = 2'000'000'000, .upload_directory = photos}));
  site.use(UploadProgress());
  site.post<"/measurements">(
          [](Json<Measurement> measurement) { return measurement->sensor + "\n"; })
      .use(DecompressRequests());
  return site;
}

const TestFile kPicture{"image", "C:\\pictures\\tea.png", "image/png", "the bytes of a picture"};

TEST(Uploads, FormsWithFilesAreStructs) {
  TestClient client(make_site());
  const auto answer = client.upload("/photos", {{"title", "Tea"}},
                                    {{"image", "tea.png", "image/png", "the bytes of a picture"},
                                     {"attachments", "a.txt", "text/plain", "one"},
                                     {"attachments", "b.txt", "text/plain", "two"}});
  EXPECT_EQ(answer.text, "stored Tea, which you call tea.png and a.txt and b.txt\n");
}

TEST(Uploads, WrongFilesAreErrorsOfTheirFields) {
  TestClient client(make_site());
  const std::vector<TestFile> text{{"image", "tea.txt", "text/plain", "no picture"}};
  EXPECT_EQ(client.upload("/photos", {{"title", "Tea"}}, text).text,
            "422 Unprocessable Content\n\nimage: must be an image\n");
  EXPECT_EQ(client.upload("/checked", {{"title", "Tea"}}, text).text,
            "<p>must be an image</p><input name=title value='Tea'>");
  EXPECT_EQ(client.upload("/photos", {{"title", "Tea"}}, {}).text,
            "422 Unprocessable Content\n\nimage: a file is expected\n");
}

TEST(Uploads, FilesGoBackAsTheyCame) {
  TestClient client(make_site());
  const auto answer = client.upload("/back", {{"title", "Tea"}}, {kPicture});
  EXPECT_EQ(answer.text, "the bytes of a picture");
  EXPECT_EQ(answer.field("Content-Type"), "image/png");
}

TEST(Uploads, PartsAreReadAsTheyArrive) {
  TestClient client(make_site());
  const auto answer = client.upload("/import", {{"note", "of today"}},
                                    {{"table", "teas.csv", "text/csv", "green,black\n"}});
  EXPECT_EQ(answer.text, "note: of today\nteas.csv: 12 bytes\n");
  EXPECT_EQ(std::filesystem::file_size(photos / "table"), 12u);
}

TEST(Uploads, TasksSaveFiles) {
  TestClient client(make_site());
  EXPECT_EQ(client.upload("/logo", {{"title", "Tea"}}, {kPicture}).text, "replaced\n");
  EXPECT_TRUE(std::filesystem::exists(photos / "logo"));
}

TEST(Uploads, LimitsAreThoseOfTheServerOrOfTheRoute) {
  mastic::server::Options options;
  options.uploads.max_upload_bytes = 300;
  TestClient client(make_site(), options);
  const TestFile large{"attachments", "a", "text/plain", kUploadPage};
  EXPECT_EQ(client.upload("/photos", {{"title", "Tea"}}, {kPicture, large}).status,
            Status::ContentTooLarge);
  EXPECT_EQ(client.upload("/videos", {{"title", "Tea"}}, {kPicture, large}).status, Status::Ok);
}

TEST(Uploads, ProgressIsToldAsJson) {
  TestClient client(make_site());
  const std::string token = mastic::middleware::new_upload_token();
  (void)client.upload("/photos?upload=" + token, {{"title", "Tea"}}, {kPicture});
  const std::string told = client.get("/upload-progress?upload=" + token).text;
  EXPECT_TRUE(told.starts_with("{\"state\":\"done\",\"received\":")) << told;
  EXPECT_TRUE(told.ends_with(",\"status\":200}")) << told;
  EXPECT_EQ(client.get("/upload-progress?upload=another-token-of-mine").text,
            "{\"state\":\"unknown\",\"received\":0,\"status\":0}");
}

TEST(Uploads, CompressedContentIsTakenWhereARouteAsksForIt) {
  TestClient client(make_site());
  // printf '{"sensor":"roof","value":20.5}' | gzip -9n
  const std::string_view gzipped(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x2a\x4e\xcd\x2b\xce\x2f\x52\xb2\x52\x2a\xca"
      "\xcf\x4f\x53\xd2\x51\x2a\x4b\xcc\x29\x4d\x55\xb2\x32\x32\xd0\x33\xad\x05\x00\x8b\x01\x22\x47"
      "\x1e\x00\x00\x00",
      50);
  const TestClient::FieldList fields{{"Content-Type", "application/json"},
                                     {"Content-Encoding", "gzip"}};
  EXPECT_EQ(client.post("/measurements", gzipped, fields).text, "roof\n");
  EXPECT_EQ(client.post("/photos", gzipped, fields).status, Status::UnsupportedMediaType);
}

}  // namespace
