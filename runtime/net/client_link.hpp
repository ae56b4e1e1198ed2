// One connection to a topology: says who this process is and, once it is let in, is the session.
// For this room alone.
#pragma once

#include <memory>

#include "runtime/net/client.hpp"
#include "runtime/net/said_results.hpp"
#include "runtime/wire/decoder.hpp"
#include "runtime/wire/encoder.hpp"

namespace tempest::net {

// Whose link it is. Called inside the loop, never within a call of the link's.
class link_user {
 public:
  virtual ~link_user() = default;

  // The topology process lets this one in; false: it is served already, the link has said good-bye.
  virtual bool let_in(std::uint64_t instance) = 0;
  // The topology does not; it said why.
  virtual void refused(std::string_view reason) = 0;
  // The connection is over, before it was let in or after; the last call.
  virtual void ended(std::string_view reason) = 0;
};

class client_link final : public connection_user, public client_session {
 public:
  // All that is passed outlives it. `id`: of the session.
  client_link(loop& serving, std::unique_ptr<transport> over, const client_settings& settings,
              base::chunk_pool& pool, std::uint64_t id, client_owner& owner, link_user& user);
  ~client_link() override;

  void start();
  // The last word, for which connection::leave has its patience; nobody hears of the link any more.
  void leave(std::string_view reason, std::int64_t until_ns = 0);
  [[nodiscard]] const std::shared_ptr<connection>& line() const { return connection_; }

  [[nodiscard]] std::uint64_t id() const override { return id_; }
  [[nodiscard]] const std::string& place() const override { return connection_->peer(); }
  void grant(std::uint32_t task, std::uint64_t messages, std::uint64_t bytes) override;
  void report(std::uint32_t task, engine::worker_report& done) override;
  std::uint64_t announce() override;
  [[nodiscard]] bool has_heard(std::uint64_t mark) const override;
  [[nodiscard]] std::uint64_t unreported() const override;

  void received(const wire::frame_reader::frame& frame) override;
  void heartbeat_due() override;
  void ended(std::string_view reason) override;

 private:
  void answered(const wire::message& said);
  void heard(const wire::message& said);
  void check(const wire::welcome& said) const;

  const client_settings& settings_;
  const std::uint64_t id_;
  client_owner& owner_;
  link_user& user_;
  const std::shared_ptr<connection> connection_;
  wire::encoder encoder_;
  wire::decoder decoder_;
  said_results said_;
  std::uint64_t max_frame_bytes_ = 0;
  bool let_in_ = false;
  bool left_ = false;
};

} // namespace tempest::net
