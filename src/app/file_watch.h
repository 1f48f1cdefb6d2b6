// Notices that files of secrets and certificates were written, without being told.
//
// A changed file is only believed once it has stood still from one look to the next: whoever writes it may not be done.
// Looking costs a stat() a file. Lives on the control loop.
#pragma once

#include <map>
#include <string>

namespace dm::app {

class FileWatch {
 public:
  // Stamps (core/file_stamp.h) by file, as they were when the files were read.
  using Stamps = std::map<std::string, std::string>;

  // What is watched from now on; what was watched before is forgotten.
  void watch(Stamps as_read);

  // True if a file is another than the one that was read, and the same as at the look before. What was found counts
  // as read from then on, whatever reading it came to: a file that is wrong is told once.
  bool look();

 private:
  Stamps read_;
  Stamps seen_;
};

}  // namespace dm::app
