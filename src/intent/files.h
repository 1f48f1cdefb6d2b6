// Intent files: YAML texts of desired state, as docs/intent-files.md describes them.
//
// All mistakes of all files are collected; one mistake and nothing is loaded. Files are read at
// start, on reload and on refresh, not by polling.
#pragma once

#include <string>
#include <vector>

#include "core/limits.h"
#include "intent/source.h"

namespace dm::intent {

struct FileText {
  std::string name;  // as messages and provenance show it
  std::string text;
};

struct FilesLoad {
  Loaded loaded;
  std::vector<std::string> errors;  // "file:line:column: message", in order of file and line
};

// Pure.
FilesLoad parse_files(const std::vector<FileText>& files, const core::Limits& limits);

// `patterns`: paths or shell patterns (`*`, `?`, `[…]`), relative to `folder`. A path without
// wildcard that does not exist is an error; a pattern that finds nothing is a warning.
FilesLoad load_files(const std::string& folder, const std::vector<std::string>& patterns,
                     const core::Limits& limits);

class FilesSource final : public Source {
 public:
  FilesSource(std::string folder, std::vector<std::string> patterns, core::Limits limits)
      : folder_(std::move(folder)), patterns_(std::move(patterns)), limits_(limits) {}

  std::string name() const override { return "files"; }
  // Error InvalidArgument: all mistakes, one a line.
  core::Result<Loaded> load(const LoadRequest& request) override;
  bool is_remote() const override { return false; }

 private:
  std::string folder_;
  std::vector<std::string> patterns_;
  core::Limits limits_;
};

}  // namespace dm::intent
