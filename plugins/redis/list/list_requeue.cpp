// How messages get back into the list that a source has read them from.
#include <algorithm>
#include <optional>
#include <stdexcept>

#include "plugins/redis/command.hpp"
#include "plugins/redis/list/element_name.hpp"
#include "plugins/redis/list/list_source.hpp"
#include "plugins/redis/list/scripts.hpp"
#include "plugins/redis/list/tombstone.hpp"
#include "plugins/redis/pipelined_requeue.hpp"

namespace redis::list {

namespace {

std::string_view view(const tempest_slice& text) {
  return {text.data, text.length};
}

struct stored_form {
  std::string element;
  std::string letter; // what the element cannot say itself
};

// The element of which the source makes the same message again. Throws std::invalid_argument when
// there is none.
stored_form form_of(const tempest_source_message& what, bool enveloped) {
  stored_form made;
  envelope open;
  open.payload = view(what.payload);
  if (what.key.data != nullptr) open.key = view(what.key);
  for (const tempest_header& one : std::span(what.headers, what.header_count)) {
    const bool ours = view(one.name) == TEMPEST_HEADER_DEAD_LETTER;
    if (ours && !enveloped) made.letter = view(one.value);
    if (!ours || enveloped) open.headers.emplace_back(view(one.name), view(one.value));
  }
  if (enveloped) {
    made.element = write_envelope(open);
  } else if (open.key || !open.headers.empty()) {
    throw std::invalid_argument(std::string("it has ") + (open.key ? "a key" : "headers") +
                                ", which payload = \"element\" does not read back");
  } else {
    made.element = std::move(open.payload);
  }
  return made;
}

class requeuer : public pipelined_requeue {
 public:
  requeuer(const source_options& source, const tempest::requeue_batch& what,
           std::span<tempest::requeued> results)
      : pipelined_requeue(what, results),
        source_(source),
        key_(source.client.keys.front()),
        line_(source.client.server, patience(what, source.client.timeout)) {
    if (what.sink() != "redis_list") return;
    sink_options sink = read_sink_options(what.sink_options());
    if (sink.server.is_same_account(source.client.server)) sink_ = std::move(sink);
  }

 private:
  pipeline& line() override { return line_; }
  void connect() override { line_.connect(key_, "list"); }

  bool append(std::size_t index) override {
    const stored_form form = form_of(what_[index], source_.enveloped);
    std::optional<element_name> stored;
    if (sink_) stored = parse_element_name(what_.stored_id(index));
    command back(line_.out(), stored ? 15 : 8);
    back.text("EVAL").text(put_back_script).text("1").text(key_).text("");
    // Where new ones come in, behind those that wait.
    back.text(word(other(source_.client.from)));
    back.text(form.element).text(form.letter);
    if (!stored) return false;
    back.text(tombstone_).number(source_.client.server.database).number(sink_->server.database);
    back.text(sink_->key).text(word(other(sink_->to)));
    // Each of those before it that is gone from the list has moved it by one.
    back.number(stored->place - std::min(stored->place, moved_++)).text(stored->hash);
    return true;
  }

  const source_options& source_;
  std::string key_;
  pipeline line_;
  std::optional<sink_options> sink_; // where they lie, when it is the same server
  std::uint64_t moved_ = 0;
  const std::string tombstone_ = make_tombstone();
};

} // namespace

std::string list_source::requeue(const tempest::options& given, const tempest::requeue_batch& what,
                                 std::span<tempest::requeued> results) {
  const source_options source = read_source_options(given);
  return requeuer(source, what, results).run();
}

} // namespace redis::list
