// What libtempest_file.so offers, and every option with its meaning.
#include <tempest/sink.hpp>
#include <tempest/source.hpp>

#include "plugins/file/file_sink.hpp"
#include "plugins/file/file_source.hpp"

namespace {

using tempest::option;

auto file_source() {
  return tempest::source<file_lines::file_source>(
             "file",
             "Reads the lines of files or standard input. With `state` at least once: a line is "
             "read again after a restart until it was acknowledged.",
             option<std::string>("path",
                                 "The file to read, or a pattern such as \"logs/*.log\"; \"-\" is "
                                 "standard input."),
             option<tempest::list>("paths", "Several of them, read one after the other."),
             option<bool>("follow",
                          "Whether files are read on as they grow, and whatever becomes of them; "
                          "then there is no end.")
                 .by_default(false),
             option<std::string>("state",
                                 "A small file in which is remembered what of the files is done "
                                 "with, so that a restart goes on from there; it and its folders "
                                 "are made when missing."),
             option<bool>("keep_cr", "Whether the carriage return of a CRLF line end is kept.")
                 .by_default(false),
             option<tempest::size>("max_line",
                                   "A longer line is cut: the message has its beginning, and a "
                                   "header file-dropped-bytes that counts the rest.")
                 .by_default("1MiB")
                 .at_least(1))
      .validate([](const tempest::options& given) { file_lines::file_source::check(given); });
}

auto file_sink() {
  return tempest::sink<file_lines::file_sink>(
      "file", "Appends a line a message to a file.",
      option<std::string>("path", "The file; it and its folders are made when missing.").required(),
      option<tempest::choice>("format",
                              "\"lines\": the payload as it is; \"json\": an object with id, key, "
                              "headers, payload and timestamp_ms.")
          .choices({"lines", "json"})
          .by_default("lines"),
      option<bool>("sync", "Whether a message counts as written only when the disk has it.")
          .by_default(true));
}

} // namespace

TEMPEST_LIBRARY(file_source(), file_sink())
