#include "time_server.h"

#include <array>

std::string format_time(std::time_t time) {
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 32> text;
  return std::string(text.data(), std::strftime(text.data(), text.size(), "%FT%TZ\n", &parts));
}

mastic::Task<> tell_time(mastic::Datagram& question) {
  if (question.bytes().empty() || question.bytes() == "\n") {
    question.reply(format_time(std::time(nullptr)));
  }
  return mastic::Task<>::done();
}
