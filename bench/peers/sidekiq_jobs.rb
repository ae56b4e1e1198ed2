# Sidekiq's side: a job that does nothing, on the Redis that REDIS_URL names.
require "sidekiq"

Sidekiq.configure_server { |config| config.logger.level = Logger::WARN }

class Noop
  include Sidekiq::Worker
  sidekiq_options retry: false

  def perform(payload) = nil
end

def fill(count)
  (count / 1000).times { Sidekiq::Client.push_bulk("class" => Noop, "args" => Array.new(1000) { ["x" * 100] }) }
end
