// Dead letters on their way: to the sink, and its answers back.
#include "tests/simulation/world.hpp"

namespace tempest::simulation {

void world::look_after_letters() {
  repeat_old_answers();
  if (chance(70)) sink_.write_some(broker_.life(), now_);
  if (chance(stopped_ ? 20 : 2)) sink_.give_back();
  if (chance(70)) answer_letters(1 + below(3));
}

void world::answer_letters(std::size_t most) {
  for (; most > 0; --most) {
    const auto said = sink_.next_answer();
    if (!said) return;
    expect(said->intact, "a dead letter's bytes stay until its answer");
    oracle_.answer_letter(said->token, said->is_written);
    said->is_written ? heart_->dead_lettered(said->message)
                     : heart_->return_dead_letter(said->message);
    answered_.push_back(said->message);
  }
}

// Another message may have its slot by now, and a letter of its own under way.
void world::repeat_old_answers() {
  for (const engine::message_ref old : answered_) {
    chance(50) ? heart_->dead_lettered(old) : heart_->return_dead_letter(old);
  }
}

} // namespace tempest::simulation
