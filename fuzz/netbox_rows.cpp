// A body that NetBox, or a proxy in front of it, answered with; the first byte says what was asked for.
#include "input.h"
#include "intent/netbox/answers.h"
#include "intent/netbox/tables.h"

namespace dm::intent::netbox {
namespace {

template <class Row>
void look_at(std::string_view body) {
  const auto page = read_page<Row>(body);
  if (!page) {
    CHECK(!page.error().message.empty(), "a refusal without a reason");
    return;
  }
  for (const Row& row : page->rows) CHECK(row.id != 0, "a row without an id");
}

}  // namespace
}  // namespace dm::intent::netbox

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dm::intent::netbox;
  dm::fuzz::Input input(data, size);
  const std::size_t kind = input.byte() - '0';
  const std::string_view body = input.rest();
  switch (kind) {
    case 0: look_at<DeviceRow>(body); break;
    case 1: look_at<InterfaceRow>(body); break;
    case 2: look_at<AddressRow>(body); break;
    case 3: look_at<VlanRow>(body); break;
    case 4: look_at<L2vpnRow>(body); break;
    case 5: look_at<VrfRow>(body); break;
    case 6: look_at<SessionRow>(body); break;
    case 7: (void)read_status(body); break;
    case 9: look_at<PeerGroupRow>(body); break;
    case 10: look_at<SiteRow>(body); break;
    case 11: look_at<VlanGroupRow>(body); break;
    case 12: look_at<PlaceRow>(body); break;
    default: (void)read_error_detail(body); break;
  }
  return 0;
}
