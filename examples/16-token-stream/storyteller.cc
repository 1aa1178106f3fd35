#include "storyteller.h"

#include <algorithm>
#include <string_view>
#include <utility>

using namespace std::chrono_literals;
using mastic::Generator;

namespace {

constexpr std::string_view kStory =
    "Once upon a time there was *, who counted the ships in the harbour every morning. There were "
    "always seven. One day there were eight.\n\n"
    "The eighth ship had no name and no sails, and nobody on deck. It smelt of oranges. The "
    "harbour master said that it was not in his book, and that what is not in the book does not "
    "need a berth. So the ship drifted in and out with the tide, and people stopped looking at "
    "it.\n\n"
    "But * went on counting. On the ninth day a lamp was lit on board. On the tenth a rope ladder "
    "hung down to the water. On the eleventh * climbed up, and found in the cabin a table laid for "
    "two, a pot of tea that was still warm, and a letter that began: “You are the only one who "
    "counted.”\n\n"
    "Nobody knows what else was in the letter. There are seven ships in the harbour again, and the "
    "harbour master is content. But on some mornings the whole town smells of oranges.";

/// Splits a text into tokens, each of which begins with the space before a word.
std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> tokens;
  while (!text.empty()) {
    const std::size_t word = std::min(text.find_first_not_of(" \n"), text.size());
    const std::size_t end = std::min(text.find_first_of(" \n", word), text.size());
    tokens.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return tokens;
}

std::string story_about(const std::string& hero) {
  std::string story(kStory);
  for (std::size_t at = 0; (at = story.find('*', at)) != story.npos; at += hero.size()) {
    story.replace(at, 1, hero);
  }
  return story;
}

/// Writes a telling into the diary when it is destroyed.
struct DiaryEntry {
  Diary& diary;
  Telling telling;

  ~DiaryEntry() { diary.add(std::move(telling)); }
};

}  // namespace

void Diary::add(Telling telling) {
  const std::lock_guard lock(mutex_);
  telling.number = ++last_number_;
  tellings_.push_front(std::move(telling));
  if (tellings_.size() > kMaxTellings) tellings_.pop_back();
}

std::vector<Telling> Diary::tellings() const {
  const std::lock_guard lock(mutex_);
  return {tellings_.begin(), tellings_.end()};
}

// When the listener leaves, the server cancels the wait, which throws, or destroys the generator
// while it is suspended at the co_yield. Both destroy the entry, as the end of the story does.
Generator<std::string> tell(std::string hero, Diary& diary) {
  const auto tokens = tokens_of(story_about(hero));
  DiaryEntry entry{diary, {.hero = std::move(hero), .all = tokens.size()}};
  for (const std::string& token : tokens) {
    co_await mastic::sleep_for(40ms);  // a model would compute the token here
    ++entry.telling.told;
    co_yield token;
  }
}
