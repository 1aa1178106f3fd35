#include "mastic/app/body.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "mastic/app/http_error.h"
#include "mastic/async/context_testing.h"

namespace mastic::app {
namespace {

std::string gathered(Body& body, std::uint64_t most = 1 << 30) {
  run_to_end(body.gather(most));
  return std::string(*body.bytes());
}

std::shared_ptr<const base::Descriptor> make_file(const std::string& content) {
  char name[] = "/tmp/mastic-body-XXXXXX";
  const int fd = mkstemp(name);
  unlink(name);
  EXPECT_EQ(write(fd, content.data(), content.size()), static_cast<ssize_t>(content.size()));
  return std::make_shared<const base::Descriptor>(base::system_kernel(), fd);
}

TEST(Body, HoldsWhatGoesWithIt) {
  const std::string text(100'000, 'x');
  EXPECT_EQ(Body().held_bytes(), 0u);
  EXPECT_GE(Body(text).held_bytes(), text.size());
  EXPECT_EQ(Body::borrowed(text).held_bytes(), 0u) << "it is there anyway";
  EXPECT_EQ(Body(Body::File{make_file("abcdef"), 1, 4}).held_bytes(), 0u);

  auto made_for_it = std::make_shared<const std::string>(text);
  const std::string_view bytes = *made_for_it;
  const Body alone = Body::shared(bytes, std::move(made_for_it));
  EXPECT_EQ(alone.held_bytes(), text.size());
  const auto cached = std::make_shared<const std::string>(text);
  EXPECT_EQ(Body::shared(*cached, cached).held_bytes(), 0u) << "it is the cache's";
}

TEST(Body, HoldsItsLastPieceAndWhatItsProducerSays) {
  struct Producer {
    std::optional<std::string> operator()() { return std::string(50'000, 'x'); }
    [[nodiscard]] static std::uint64_t held_bytes() { return 1'000'000; }
  };
  Body body = Body::produced_by(Producer());
  EXPECT_GE(body.held_bytes(), 1'000'000u);
  EXPECT_LT(body.held_bytes(), 1'000'100u);
  auto piece = body.next();
  EXPECT_EQ(piece.take()->size(), 50'000u);
  EXPECT_GE(body.held_bytes(), 1'050'000u);
}

TEST(Body, KnowsItsSizeWhereItCan) {
  EXPECT_EQ(Body().size(), 0u);
  EXPECT_EQ(Body("abc").size(), 3u);
  EXPECT_EQ(Body::borrowed("abc").size(), 3u);
  EXPECT_EQ(Body(Body::File{make_file("abcdef"), 1, 4}).size(), 4u);
  EXPECT_FALSE(
      Body::produced_by([]() -> std::optional<std::string> { return std::nullopt; }).size());
}

TEST(Body, BytesAreOnePiece) {
  Body body("abc");
  EXPECT_EQ(*run_to_end(body.next()), "abc");
  EXPECT_FALSE(run_to_end(body.next()));
  Body empty;
  EXPECT_FALSE(run_to_end(empty.next()));
}

TEST(Body, KeepsSharedBytesAlive) {
  auto owner = std::make_shared<std::string>("kept");
  Body body = Body::shared(*owner, owner);
  const std::weak_ptr<std::string> watch = owner;
  owner.reset();
  EXPECT_EQ(gathered(body), "kept");
  body = Body();
  EXPECT_TRUE(watch.expired());
}

TEST(Body, PullsWhatIsProduced) {
  Body body = Body::produced_by([n = 0]() mutable -> std::optional<std::string> {
    constexpr const char* kPieces[] = {"a", "", "", "b"};
    return n < 4 ? std::optional<std::string>(kPieces[n++]) : std::nullopt;
  });
  EXPECT_FALSE(body.bytes());
  EXPECT_EQ(*run_to_end(body.next()), "a");
  EXPECT_EQ(*run_to_end(body.next()), "b");
  EXPECT_FALSE(run_to_end(body.next()));
}

TEST(Body, ReadsFilesInBlocks) {
  const std::string content(200'000, 'f');
  Body body(Body::File{make_file("head" + content + "tail"), 4, content.size()});
  EXPECT_EQ(gathered(body), content);
}

TEST(Body, NoticesAFileThatFellShort) {
  Body body(Body::File{make_file("abc"), 0, 10});
  EXPECT_THROW(run_to_end(body.gather(100)), std::runtime_error);
}

TEST(Body, GathersNoMoreThanAllowed) {
  Body exact("12345");
  EXPECT_EQ(gathered(exact, 5), "12345");
  Body known("123456");
  EXPECT_THROW(run_to_end(known.gather(5)), HttpError);
  Body endless = Body::produced_by([]() -> std::optional<std::string> { return "xxx"; });
  EXPECT_THROW(run_to_end(endless.gather(1000)), HttpError);
}

TEST(Body, ThatWasGatheredInPartDoesNotPassForTheWhole) {
  Body body = Body::produced_by([n = 0]() mutable -> std::optional<std::string> {
    if (n == 1) throw std::runtime_error("the source stumbles once");
    return n++ < 4 ? std::optional<std::string>("piece") : std::nullopt;
  });
  EXPECT_THROW(run_to_end(body.gather(1000)), std::runtime_error);
  EXPECT_THROW(run_to_end(body.gather(1000)), std::logic_error);
  EXPECT_TRUE(body.is_taken());
}

}  // namespace
}  // namespace mastic::app
