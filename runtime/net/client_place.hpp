// One place where a topology may be: dialled, served, and dialled again. For this room alone.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "runtime/base/log.hpp"
#include "runtime/net/client_link.hpp"
#include "runtime/net/waiting_notice.hpp"

namespace tempest::net {

class client_place;

// Who knows all places. Called inside the loop.
class place_keeper {
 public:
  virtual ~place_keeper() = default;

  // A number for a new session.
  [[nodiscard]] virtual std::uint64_t next_id() = 0;
  // That topology process is served by this place from now on; false: another one serves it.
  [[nodiscard]] virtual bool claim(std::uint64_t instance) = 0;
  // Whether some place serves it.
  [[nodiscard]] virtual bool serves(std::uint64_t instance) const = 0;
  // It is not served any more.
  virtual void release(std::uint64_t instance) = 0;
  virtual void reached(const client_place& place) = 0;
  virtual void unreached(const client_place& place, std::string_view why) = 0;
  // Whether it is to be dialled again. If not, it may be gone when this returns.
  [[nodiscard]] virtual bool still_wanted(client_place& place) = 0;
};

struct client_parts {
  loop& serving;
  const client_settings& settings;
  base::chunk_pool& pool;
  client_owner& owner;
  std::shared_ptr<boost::asio::ssl::context> tls;
};

class client_place final : public link_user, public std::enable_shared_from_this<client_place> {
 public:
  // `where` is a number or a Unix socket, `name` the host that a certificate must be for. All that
  // is passed outlives it.
  client_place(const client_parts& parts, place_keeper& keeper, address where, std::string name);

  void dial_now();
  // The topology process is served by nobody now: whoever found it so tries again.
  void look_again(std::uint64_t released);
  // Says good-bye, as client::close does. Whether there is somebody to say it to.
  [[nodiscard]] bool close(std::string_view reason, std::int64_t until_ns);
  // After that: whether that is over, and how much the topology has not heard.
  [[nodiscard]] bool gone() const { return link_->line()->closed(); }
  [[nodiscard]] std::uint64_t unreported() const { return link_->unreported(); }
  [[nodiscard]] const address& where() const { return where_; }
  // Whether a topology process is known to be there, and served.
  [[nodiscard]] bool serving() const { return instance_ != 0 || served_elsewhere_ != 0; }

  bool let_in(std::uint64_t instance) override;
  void refused(std::string_view reason) override;
  void ended(std::string_view reason) override;

 private:
  void dialled(std::unique_ptr<transport> made, const std::string& why);
  void rest(std::int64_t for_ns);
  void back_off();
  void say(base::log_level level, const std::string& what) const;

  const client_parts& parts_;
  place_keeper& keeper_;
  const address where_;
  const std::string name_;
  std::unique_ptr<client_link> link_;
  timer timer_;
  std::minstd_rand dice_;
  std::uint32_t tries_ = 0;            // since it last went well
  std::uint64_t instance_ = 0;         // that it serves; 0: none
  std::uint64_t served_elsewhere_ = 0; // what it found instead; 0: nothing
  std::int64_t since_ns_ = 0;          // that it serves
  waiting_notice refusals_;
  waiting_notice strangers_; // somebody is there, and is no topology as far as can be told
  bool closed_ = false;
};

} // namespace tempest::net
