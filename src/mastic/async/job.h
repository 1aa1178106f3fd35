// What an executor runs: messages, which are its own code, and jobs, which enter user code.

#pragma once

namespace mastic::async {

/// Something that an executor does between its other work. Messages are linked into queues without
/// allocation: a message is in one queue at a time, and its creator keeps it alive until it has
/// been delivered.
class Message {
 public:
  Message() = default;
  /// Requires: `other` is in no queue.
  Message(Message&&) noexcept {}
  Message& operator=(Message&&) = delete;

  /// Handles the message. The executor calls this outside of user code. The message may be
  /// destroyed during the call.
  virtual void deliver() noexcept = 0;

 protected:
  virtual ~Message() = default;

 private:
  friend class MessageQueue;
  Message* next_ = nullptr;
};

/// A piece of user code, and the work on the executor that follows it.
///
/// `run` enters user code. It may take long, and it must not touch the executor, because another
/// thread may have taken the executor over in the meantime. `finish` is called after `run`, on the
/// executor, by the thread that drives it by then. So a job only notes in `run` what it wants from
/// its executor, and asks for it in `finish`.
class Job : public Message {
 public:
  virtual void run() noexcept = 0;
  virtual void finish() noexcept = 0;
  /// Tells the job that its `run` is taking long, so that another thread has taken over the
  /// executor. `thread` is the kernel id of the thread on which `run` still runs. Called on the
  /// executor, between `run` and `finish`.
  virtual void left_behind(int thread) noexcept { (void)thread; }

  // The next two are called on the executor, before `run`, while few threads stand by to take over
  // the executor.

  /// Whether the job is known to be quick. A quick job runs on the executor even while few threads
  /// stand by to take over the executor.
  [[nodiscard]] virtual bool is_trusted() noexcept { return false; }
  /// Called while few threads stand by, if the job is not trusted. Returns true if the job has
  /// arranged for `run` to be called on a thread that may block and then `finish` on the executor,
  /// or if the job has given its work up, for example by answering a request with 503. If this
  /// returns false, the executor runs the job itself.
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
  /// Removes the first message and returns it. Requires: the queue is not empty.
  Message& pop_front() {
    Message& message = *first_;
    first_ = message.next_;
    return message;
  }
  /// Returns all messages as a queue and leaves this one empty.
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
