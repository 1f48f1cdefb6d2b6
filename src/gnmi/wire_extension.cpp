#include "gnmi/wire_extension.h"

#include <string>

#include "gnmi/wire_proto.h"

namespace dm::gnmi {
namespace {

// Of a oneof's messages the last one counts, merged from its parts where it is repeated.
void read_arm(std::string_view message, std::uint32_t wanted, std::uint32_t first, std::uint32_t second, MergedField& arm) {
  ProtoReader reader(message);
  for (ProtoField field; reader.next(field);) {
    if (field.is_bytes(first) || field.is_bytes(second)) arm.clear();
    if (field.is_bytes(wanted)) arm.add(field.bytes);
  }
}

}  // namespace

bool is_commit_done(std::string_view extension) {
  if (!is_well_formed(ProtoKind::Extension, extension, kProtoDepth - 1)) return false;
  std::string merged_subscription, merged_done;
  MergedField subscription(merged_subscription), sync_done(merged_done);
  read_arm(extension, 6, 1, 5, subscription);
  read_arm(subscription.bytes(), 2, 1, 1, sync_done);
  bool is_done = false;
  ProtoReader reader(sync_done.bytes());
  for (ProtoField field; reader.next(field);) {
    if (field.is_varint(3)) is_done = field.value != 0;
  }
  return is_done;
}

}  // namespace dm::gnmi
