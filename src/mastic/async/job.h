// What an executor runs: messages, which are its own code, and jobs, which enter user code.

#pragma once

namespace mastic::async {

/// Something for an executor to do between its other work. Intrusive: it is in one queue at a time,
/// and whoever made it keeps it alive until it was delivered.
class Message {
 public:
  Message() = default;
  /// Requires: `other` is in no queue.
  Message(Message&&) noexcept {}
  Message& operator=(Message&&) = delete;

  /// On the executor, outside of user code. May destroy the message.
  virtual void deliver() noexcept = 0;

 protected:
  virtual ~Message() = default;

 private:
  friend class MessageQueue;
  Message* next_ = nullptr;
};

/// A piece of user code with what follows it.
///
/// `run` enters user code: it may take long, and it may touch nothing of the executor, for that may
/// have gone on on another thread meanwhile. `finish` comes after it, on the executor, whoever
/// drives that by then. So everything a job wants of its executor it notes in `run` and does in
/// `finish`.
class Job : public Message {
 public:
  virtual void run() noexcept = 0;
  virtual void finish() noexcept = 0;
  /// On the executor, between the two: `run` takes long, on a thread (its number in the kernel)
  /// that has lost the executor.
  virtual void left_behind(int thread) noexcept { (void)thread; }

  // On the executor, before `run`, while few threads stand by to take that over.

  /// Whether it is known to be quick, so that it is run all the same.
  [[nodiscard]] virtual bool is_trusted() noexcept { return false; }
  /// When it is not: true when it sees to it that `run` is called on a thread that may block, and
  /// `finish` after it on the executor, or that it comes to nothing. False: it is run here.
  [[nodiscard]] virtual bool run_elsewhere() noexcept { return false; }
  void deliver() noexcept final { finish(); }

 protected:
  ~Job() override = default;
};

/// A queue of messages, first in, first out. Not synchronized.
class MessageQueue {
 public:
  [[nodiscard]] bool empty() const { return first_ == nullptr; }

  void push_back(Message& message) {
    message.next_ = nullptr;
    (first_ == nullptr ? first_ : last_->next_) = &message;
    last_ = &message;
  }
  void push_front(Message& message) {
    message.next_ = first_;
    if (first_ == nullptr) last_ = &message;
    first_ = &message;
  }
  /// Requires: not empty.
  Message& pop_front() {
    Message& message = *first_;
    first_ = message.next_;
    return message;
  }
  /// All of them; leaves this empty.
  [[nodiscard]] MessageQueue take() {
    MessageQueue all = *this;
    first_ = nullptr;
    return all;
  }

 private:
  Message* first_ = nullptr;
  Message* last_ = nullptr;
};

}  // namespace mastic::async
