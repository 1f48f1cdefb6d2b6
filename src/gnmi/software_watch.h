// Does a device run other software than when it refused something? When to ask it (Capabilities), and what its answer
// means. Decided without I/O.
//
// A device that takes everything as configured is never asked. One that refused a path, or takes it only in another mode or
// form, is asked once on each connection from then on: software does not change under a running connection. The first
// answer is what the next ones are held against; another one means that everything is to be asked as configured again, but
// not more often than kLeastChange: a device whose answers always differ is not asked without pause. A device that does not
// answer, or has no Capabilities, is asked again on its next connection, and one that refuses us the call never. Pure; any
// thread.
#pragma once

#include <optional>

#include "core/clock.h"
#include "gnmi/software.h"

namespace dm::gnmi {

class SoftwareWatch {
 public:
  static constexpr core::Duration kLeastChange = std::chrono::minutes(10);

  void begin_connection() { is_asked_ = false; }
  // There is something that the device does not take as configured.
  void want() { is_wanted_ = true; }
  // A call can be made now. True: ask, for an answer by hear() or refuse(), or none.
  bool asks();
  // What was heard before, if this is other software that counts.
  std::optional<Software> hear(const Software& software, core::SteadyTime now);
  void refuse() { is_refused_ = true; }  // the user may not make this call

  const std::optional<Software>& last() const { return last_; }

 private:
  std::optional<Software> last_;
  std::optional<core::SteadyTime> changed_at_;
  bool is_wanted_ = false;
  bool is_asked_ = false;  // on this connection
  bool is_refused_ = false;
};

}  // namespace dm::gnmi
