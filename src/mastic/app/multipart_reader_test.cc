#include "mastic/app/multipart_reader.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/app/exchange_context_testing.h"
#include "mastic/app/http_error.h"
#include "mastic/base/temp_tree.h"

namespace mastic::app {
namespace {

namespace fs = std::filesystem;

std::string text_field(const std::string& name, const std::string& text) {
  return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + text + "\r\n";
}
std::string file_field(const std::string& name, const std::string& file_name,
                       const std::string& content) {
  return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + file_name +
         "\"\r\nContent-Type: text/plain\r\n\r\n" + content + "\r\n";
}

/// A body whose pieces have `size` bytes.
Body in_pieces(std::string bytes, std::size_t size) {
  return Body::produced_by([bytes = std::move(bytes), size, at = std::size_t{0}]() mutable {
    std::optional<std::string> piece;
    if (at < bytes.size()) piece = bytes.substr(at, size);
    at += size;
    return piece;
  });
}

class MultipartReaderTest : public testing::Test {
 protected:
  MultipartReaderTest() { options.upload_directory = directory; }
  /// Runs `read` with the reader of a form, and returns what it returns, or the status of the
  /// error.
  template <class Read>
  std::string run(Read read, Body form) {
    async::ManualExecutor executor;
    TestExchange exchange(executor);
    exchange.fields.add("Content-Type", content_type);
    if (!other_type.empty()) exchange.fields.add("Content-Type", other_type);
    for (const std::string& coding : codings) exchange.fields.add("Content-Encoding", coding);
    const App app([this, read](Request& request) -> Task<std::string> {
      return run_later(request, options, read);
    });
    Response response = exchange.call(app, http::Method::Post, "/", std::move(form));
    held = exchange.held;
    accepts = response.fields.get("Accept-Encoding").value_or("");
    if (response.status != http::Status::Ok) {
      return std::to_string(static_cast<int>(response.status));
    }
    return text_of(std::move(response));
  }
  template <class Read>
  static Task<std::string> run_later(Request& request, UploadOptions options, Read read) {
    request.ext<UploadOptions>() = std::move(options);
    MultipartReader parts(request);
    co_return co_await read(parts);
  }

  [[nodiscard]] std::ptrdiff_t files() const {
    return std::distance(fs::directory_iterator(directory), fs::directory_iterator());
  }
  static std::string content(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  base::TempTree tree;
  fs::path directory = tree.path();
  UploadOptions options;
  std::string content_type = "multipart/form-data; boundary=b";
  std::string other_type;
  std::vector<std::string> codings;
  std::uint64_t held = 0;
  std::string accepts;
};

Task<std::string> list_parts(MultipartReader& parts) {
  std::string list;
  while (Part* const part = co_await parts.next()) {
    list += part->name() + (part->is_file() ? "(" + part->file_name() + ")=" : "=");
    while (true) {
      const auto piece = co_await part->body().next();
      if (!piece) break;
      list += *piece;
    }
    list += ";";
  }
  co_return list;
}

Task<std::string> list_names(MultipartReader& parts) {
  std::string list;
  while (Part* const part = co_await parts.next()) list += part->name() + ";";
  co_return list;
}

const std::string kForm = text_field("title", "Two teas") +
                          file_field("photo", "C:\\x\\a.txt", "one\r\ntwo") + "--b--\r\n";

TEST_F(MultipartReaderTest, GivesPartsInTheirOrderWhereverTheyAreCut) {
  for (std::size_t size = 1; size <= kForm.size(); ++size) {
    EXPECT_EQ(run(list_parts, in_pieces(kForm, size)), "title=Two teas;photo(a.txt)=one\r\ntwo;");
  }
}

TEST_F(MultipartReaderTest, SkipsWhatIsNotRead) {
  for (std::size_t size = 1; size <= kForm.size(); ++size) {
    EXPECT_EQ(run(list_names, in_pieces(kForm, size)), "title;photo;");
  }
  const auto read_a_piece = [](MultipartReader& parts) -> Task<std::string> {
    std::string list;
    while (Part* const part = co_await parts.next()) {
      const auto piece = co_await part->body().next();
      list.append(*piece) += ";";
    }
    co_return list;
  };
  EXPECT_EQ(run(read_a_piece, in_pieces(kForm, 1)), "T;o;");
}

TEST_F(MultipartReaderTest, SavesAPartToAFile) {
  const auto save = [this](MultipartReader& parts) {
    return [](MultipartReader& all, std::string path) -> Task<std::string> {
      co_await all.next();
      Part* const photo = co_await all.next();
      const auto size = co_await photo->body().save_to(path);
      co_return std::to_string(size);
    }(parts, directory / "saved");
  };
  EXPECT_EQ(run(save, in_pieces(kForm, 10)), "8");
  EXPECT_EQ(content(directory / "saved"), "one\r\ntwo");
}

TEST_F(MultipartReaderTest, CannotReadAPartAfterTheNext) {
  const auto read_late = [](MultipartReader& parts) -> Task<std::string> {
    Part* const first = co_await parts.next();
    Body kept = std::move(first->body());
    co_await parts.next();
    try {
      co_await kept.next();
    } catch (const std::logic_error& error) {
      co_return error.what();
    }
    co_return "read";
  };
  EXPECT_EQ(run(read_late, in_pieces(kForm, 10)),
            "this part was passed: read a part before the next one");
}

TEST_F(MultipartReaderTest, ReadsTextInUtf8UpToALimit) {
  const auto read_text = [](MultipartReader& parts) -> Task<std::string> {
    Part* const part = co_await parts.next();
    co_return co_await part->read_text(5);
  };
  EXPECT_EQ(run(read_text, Body(text_field("a", "J\u00f6rg") + "--b--")), "J\u00f6rg");
  EXPECT_EQ(run(read_text, Body(text_field("a", "J\xf6rg") + "--b--")), "400");
  EXPECT_EQ(run(read_text, Body(text_field("a", "123456") + "--b--")), "413");
}

Task<std::string> read_files(MultipartReader& parts) {
  std::string list;
  while (Part* const part = co_await parts.next()) {
    const File file = co_await part->read_file();
    list += file.name() + " " + file.media_type() + " " + std::to_string(file.size()) +
            (file.bytes() ? " in memory;" : " in a file;");
    if (file.read() != std::string(file.size(), file.read()[0])) list += "wrong content;";
  }
  co_return list;
}

TEST_F(MultipartReaderTest, KeepsLargeFilesInTemporaryFilesWithoutNames) {
  options.spool_above_bytes = 1000;
  const std::string form = file_field("f", "a", std::string(600, 'a')) +
                           file_field("f", "b", std::string(600, 'b')) +
                           file_field("f", "c", std::string(700'000, 'c')) +
                           file_field("f", "d", std::string(400, 'd')) + "--b--";
  for (const std::size_t size : {1'000'000uz, 65'536uz, 4'096uz, 77uz}) {
    EXPECT_EQ(run(read_files, in_pieces(form, size)),
              "a text/plain 600 in memory;b text/plain 600 in a file;"
              "c text/plain 700000 in a file;d text/plain 400 in memory;");
    EXPECT_EQ(held, 1000u);
    EXPECT_EQ(files(), 0);
  }
}

TEST_F(MultipartReaderTest, LimitsTheTemporaryFilesOfAForm) {
  const auto keep_all = [](MultipartReader& parts) -> Task<std::string> {
    std::vector<File> files;
    while (Part* const part = co_await parts.next()) files.push_back(co_await part->read_file());
    co_return std::to_string(files.size());
  };
  options.spool_above_bytes = 10;
  options.max_temporary_files = 2;
  const std::string small = file_field("f", "a", "small");
  const std::string large = file_field("f", "b", "a large file");
  EXPECT_EQ(run(keep_all, Body(small + large + small + large + "--b--")), "4");
  EXPECT_EQ(run(keep_all, Body(large + large + large + "--b--")), "413");
  for (const std::size_t size : {1uz, 10uz, 50uz}) {
    EXPECT_EQ(run(keep_all, in_pieces(large + small + large + large + "--b--", size)), "413");
  }
  EXPECT_EQ(run(read_files, Body(large + large + large + "--b--")).find("413"), std::string::npos)
      << "each file is gone before the next one comes";
  options.max_temporary_files = 0;
  EXPECT_EQ(run(keep_all, Body(small + small + "--b--")), "2");
  EXPECT_EQ(run(keep_all, Body(large + "--b--")), "413");
}

TEST_F(MultipartReaderTest, KeepsAFileUnderAName) {
  options.spool_above_bytes = 10;
  const auto keep = [this](MultipartReader& parts) {
    return [](MultipartReader& all, fs::path to) -> Task<std::string> {
      Part* const small = co_await all.next();
      (co_await small->read_file()).keep(to / "small");
      Part* const large = co_await all.next();
      const File file = co_await large->read_file();
      co_await file.save_to(to / "large");
      co_return file.read();
    }(parts, directory);
  };
  const std::string form =
      file_field("f", "a", "small") + file_field("f", "b", "a large file") + "--b--";
  EXPECT_EQ(run(keep, Body(form)), "a large file");
  EXPECT_EQ(content(directory / "small"), "small");
  EXPECT_EQ(content(directory / "large"), "a large file");
  EXPECT_EQ(files(), 2);
}

TEST_F(MultipartReaderTest, GivesAFileAsABody) {
  options.spool_above_bytes = 10;
  const auto send = [](MultipartReader& parts) -> Task<std::string> {
    Part* const part = co_await parts.next();
    const File file = co_await part->read_file();
    Body body = file.body();
    co_await body.gather(1000);
    co_return std::string(*body.bytes());
  };
  EXPECT_EQ(run(send, Body(file_field("f", "a", "small") + "--b--")), "small");
  EXPECT_EQ(run(send, Body(file_field("f", "a", "a large file") + "--b--")), "a large file");
}

TEST_F(MultipartReaderTest, AnswersWhatIsNoForm) {
  content_type = "text/plain";
  EXPECT_EQ(run(list_parts, Body(kForm)), "415");
  content_type = "multipart/form-data";
  EXPECT_EQ(run(list_parts, Body(kForm)), "400");
}

TEST_F(MultipartReaderTest, RefusesAFormWithTwoTypes) {
  other_type = content_type;
  EXPECT_EQ(run(list_parts, Body(kForm)), "400");
  other_type = "text/plain";
  EXPECT_EQ(run(list_parts, Body(kForm)), "400");
}

TEST_F(MultipartReaderTest, SaysThatItTakesNoContentCoding) {
  codings = {"gzip"};
  EXPECT_EQ(run(list_parts, Body(kForm)), "415");
  EXPECT_EQ(accepts, "identity");
  codings = {"identity", "gzip"};
  EXPECT_EQ(run(list_parts, Body(kForm)), "415");
}

TEST_F(MultipartReaderTest, RefusesFormsThatAreMalformedOrIncomplete) {
  EXPECT_EQ(run(list_parts, Body(text_field("a", "x"))), "400");
  EXPECT_EQ(run(list_parts, Body()), "400");
  EXPECT_EQ(run(list_names, Body(kForm + std::string(2000, 'x'))), "400");
}

TEST_F(MultipartReaderTest, HoldsTheLimitsOfTheRoute) {
  options.max_upload_bytes = kForm.size();
  EXPECT_EQ(run(list_names, in_pieces(kForm, 7)), "title;photo;");
  options.max_upload_bytes = kForm.size() - 1;
  EXPECT_EQ(run(list_names, in_pieces(kForm, 7)), "413");
  EXPECT_EQ(run(list_names, Body(kForm)), "413");
  options.max_upload_bytes = 1000;
  options.multipart.max_multipart_parts = 1;
  EXPECT_EQ(run(list_names, Body(kForm)), "413");
  options.multipart = {.max_part_bytes = 7};
  EXPECT_EQ(run(list_names, Body(kForm)), "413");
  options.multipart = {.max_part_header_bytes = 50};
  EXPECT_EQ(run(list_names, Body(kForm)), "413");
}

TEST_F(MultipartReaderTest, AnswersAFullDiskWith507AndLeavesNothing) {
  options.spool_above_bytes = 0;
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit full = before;
  full.rlim_cur = 100'000;
  const auto old = signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  const std::string status =
      run(read_files, in_pieces(file_field("f", "a", std::string(600'000, 'x')) + "--b--", 5000));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, old);
  EXPECT_EQ(status, "507");
  EXPECT_EQ(files(), 0);
}

TEST_F(MultipartReaderTest, NamesTheFolderThatIsMissing) {
  options.spool_above_bytes = 0;
  options.upload_directory = directory / "missing";
  const auto read = [](MultipartReader& parts) -> Task<std::string> {
    Part* const part = co_await parts.next();
    try {
      co_await part->read_file();
    } catch (const std::exception& error) {
      co_return error.what();
    }
    co_return "";
  };
  EXPECT_EQ(run(read, Body(kForm)), "cannot store an upload in '" + options.upload_directory +
                                        "': No such file or directory; make the directory first");
}

}  // namespace
}  // namespace mastic::app
