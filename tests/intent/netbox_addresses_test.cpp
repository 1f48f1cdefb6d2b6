// The mapping of addresses and gateways, rows 22 to 25 (docs/setup/netbox.md).
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intent/netbox_tables_support.h"

namespace dm::intent::netbox {
namespace {

using model::Value;
using testing::HasSubstr;
using testing::Not;

const std::string kEt1 = "/interfaces/interface[name=Ethernet1]";
const std::string kVlan40 = "/interfaces/interface[name=Vlan40]";

TEST(Mapping, Rows22And23PutAddressesWhereTheKindOfInterfaceHasThem) {
  Lab lab;
  lab.address(lab.interface("Ethernet1"), "10.0.0.1/31");
  lab.address(lab.interface("Vlan40", "virtual"), "2001:DB8:0::1/64");
  lab.map();
  const std::string v4 =
      kEt1 + "/subinterfaces/subinterface[index=0]/ipv4/addresses/address[ip=10.0.0.1]";
  const std::string v6 = kVlan40 + "/routed-vlan/ipv6/addresses/address[ip=2001:db8::1]";
  EXPECT_TRUE(lab.has_entry(v4));
  EXPECT_EQ(lab.at(v4 + "/config/ip"), equal("10.0.0.1"));
  EXPECT_EQ(lab.at(v4 + "/config/prefix-length"), equal(31));
  EXPECT_TRUE(lab.has_entry(v6));
  EXPECT_EQ(lab.at(v6 + "/config/prefix-length"), equal(64));
}

TEST(Mapping, Row22TreatsOtherStatesOfAnAddressWithCare) {
  Lab lab;
  InterfaceRow& port = lab.interface("Ethernet1");
  const auto path = [](const std::string& ip) {
    return kEt1 + "/subinterfaces/subinterface[index=0]/ipv4/addresses/address[ip=" + ip + "]";
  };
  lab.address(port, "10.0.0.1/24").status = "reserved";
  lab.address(port, "10.0.0.2/24").status = "dhcp";
  lab.address(port, "10.0.0.3/24").status = "deprecated";
  lab.address(port, "10.0.0.4/24").role = "vrrp";
  lab.map();
  EXPECT_TRUE(lab.is_unmanaged(path("10.0.0.1")));
  EXPECT_TRUE(lab.is_unmanaged(path("10.0.0.2")));
  EXPECT_EQ(lab.at(path("10.0.0.3") + "/config/ip"), absent());
  EXPECT_FALSE(lab.has_entry(path("10.0.0.4")));
  EXPECT_THAT(lab.warnings(), HasSubstr("10.0.0.3 is deprecated"));
}

TEST(Mapping, Row25PutsASecondaryGatewayIntoItsList) {
  Lab lab;
  InterfaceRow svi = lab.interface("Vlan40", "virtual");
  lab.address(svi, "10.0.0.1/24").role = "anycast";
  AddressRow& second = lab.address(svi, "10.0.1.1/24");
  second.role = "secondary";
  second.custom_fields["virtual_ip"] = Value(true);
  lab.map();
  const std::string varp = kVlan40 + "/arista-varp";
  const std::string entry = varp + "/secondary-virtual-addresses/address[ip=10.0.1.1]";
  EXPECT_EQ(lab.at(varp + "/virtual-address/config/ip"), equal("10.0.0.1"));
  EXPECT_TRUE(lab.has_entry(entry));
  EXPECT_EQ(lab.at(entry + "/config/ip"), equal("10.0.1.1"));
  EXPECT_EQ(lab.from(entry + "/config/ip"), "ipam.ipaddress:501 address");
}

TEST(Mapping, Row25MindsTheStatusOfAGateway) {
  const auto with = [](const std::string& role, const std::vector<std::string>& statuses) {
    Lab lab;
    InterfaceRow svi = lab.interface("Vlan40", "virtual");
    for (std::size_t i = 0; i < statuses.size(); ++i) {
      AddressRow& row = lab.address(svi, fmt::format("10.0.{}.1/24", i));
      row.status = statuses[i];
      row.role = role;
      row.custom_fields["virtual_ip"] = Value(true);
    }
    lab.map();
    return lab;
  };
  const std::string leaf = kVlan40 + "/arista-varp/virtual-address/config/ip";
  const Lab deprecated = with("anycast", {"deprecated"});
  EXPECT_EQ(deprecated.at(leaf), absent());
  EXPECT_EQ(deprecated.from(leaf), "ipam.ipaddress:500 status");
  EXPECT_THAT(deprecated.warnings(), HasSubstr("10.0.0.1 is deprecated in NetBox and must not be configured [deprecated_in_use ipam.ipaddress:500]"));
  EXPECT_TRUE(with("anycast", {"reserved"}).is_unmanaged(leaf));
  EXPECT_TRUE(with("anycast", {"deprecated", "reserved"}).is_unmanaged(leaf));
  EXPECT_EQ(with("anycast", {"deprecated", "active", "reserved"}).at(leaf), equal("10.0.1.1"));

  const std::string second = kVlan40 + "/arista-varp/secondary-virtual-addresses/address[ip=10.0.0.1]";
  const Lab old = with("secondary", {"deprecated"});
  EXPECT_EQ(old.at(second + "/config/ip"), absent());
  EXPECT_FALSE(old.has_entry(second));
  EXPECT_THAT(old.warnings(), HasSubstr("10.0.0.1 is deprecated"));
  EXPECT_TRUE(with("secondary", {"reserved"}).is_unmanaged(second));
}

TEST(Mapping, Row22DoesNotCompareAddressesOfRedundancyProtocolsAndSaysSo) {
  Lab lab;
  InterfaceRow svi = lab.interface("Vlan40", "virtual");
  lab.address(svi, "10.40.0.2/24");
  lab.address(svi, "10.40.0.1/24").role = "vrrp";
  lab.map();
  const std::string list = kVlan40 + "/routed-vlan/ipv4/addresses/address";
  EXPECT_TRUE(lab.has_entry(list + "[ip=10.40.0.2]"));
  EXPECT_FALSE(lab.has_entry(list + "[ip=10.40.0.1]"));
  EXPECT_THAT(lab.loaded.devices[0]->not_compared,
              testing::Contains(testing::Pair("/interfaces/interface/routed-vlan/ipv4/addresses/address/vrrp", HasSubstr("VRRP"))));
}

// arista-exp-eos-varp-intf has OpenConfig's IPv4 address there, and nothing for IPv6.
TEST(Mapping, Row25DoesNotCompareIpv6GatewaysAndSaysSo) {
  Lab lab;
  InterfaceRow svi = lab.interface("Vlan40", "virtual");
  lab.address(svi, "2001:db8:40::2/64");
  lab.address(svi, "2001:db8:40::1/64").role = "anycast";
  lab.address(svi, "10.0.0.1/24").role = "anycast";
  lab.map();
  const std::string list = kVlan40 + "/routed-vlan/ipv6/addresses/address";
  EXPECT_TRUE(lab.has_entry(list + "[ip=2001:db8:40::2]"));
  EXPECT_TRUE(lab.is_unmanaged(list + "[ip=2001:db8:40::1]"));  // neither missing nor an extra one
  EXPECT_FALSE(lab.has_entry(list + "[ip=2001:db8:40::1]"));
  EXPECT_EQ(lab.at(kVlan40 + "/arista-varp/virtual-address/config/ip"), equal("10.0.0.1"));
  EXPECT_THAT(lab.loaded.devices[0]->not_compared,
              testing::Contains(testing::Pair("/interfaces/interface/arista-varp/virtual-address", HasSubstr("IPv6 gateways"))));
}

TEST(Mapping, Row24LetsASecondaryAddressSayThatItIsOne) {
  Lab lab;
  lab.address(lab.interface("Ethernet1"), "10.0.0.1/24").role = "secondary";
  lab.map();
  EXPECT_EQ(
      lab.at(
          kEt1 +
          "/subinterfaces/subinterface[index=0]/ipv4/addresses/address[ip=10.0.0.1]/config/type"),
      one_of({Value(), "SECONDARY"}));
}

TEST(Mapping, Row25SeesGatewaysOnSvisOnly) {
  Lab lab;
  InterfaceRow loopback = lab.interface("Loopback1", "virtual");
  InterfaceRow svi = lab.interface("Vlan40", "virtual");
  lab.address(loopback, "10.0.255.11/32").role = "anycast";
  lab.address(svi, "10.40.0.2/24");
  lab.address(svi, "10.40.0.1/24").custom_fields["virtual_ip"] = Value(true);
  lab.map();
  EXPECT_TRUE(
      lab.has_entry("/interfaces/interface[name=Loopback1]/subinterfaces/subinterface[index=0]/"
                    "ipv4/addresses/address[ip=10.0.255.11]"));
  EXPECT_EQ(lab.at(kVlan40 + "/arista-varp/virtual-address/config/ip"), equal("10.40.0.1"));
  EXPECT_EQ(lab.at(kVlan40 + "/arista-varp/virtual-address/config/prefix-length"), "-");
  EXPECT_FALSE(lab.has_entry(kVlan40 + "/routed-vlan/ipv4/addresses/address[ip=10.40.0.1]"));
  EXPECT_TRUE(lab.has_entry(kVlan40 + "/routed-vlan/ipv4/addresses/address[ip=10.40.0.2]"));

  lab.address(svi, "10.41.0.1/24").role = "vip";
  lab.map();
  EXPECT_EQ(lab.at(kVlan40 + "/arista-varp/virtual-address/config/ip"),
            one_of({"10.40.0.1", "10.41.0.1"}));
}

TEST(Mapping, FindsAnAddressAssignedTwiceUnlessItsRoleIsShared) {
  Lab lab;
  const InterfaceRow one = lab.interface("Ethernet1");
  const InterfaceRow two = lab.interface("Ethernet2");
  lab.address(one, "10.0.0.1/31");
  lab.address(two, "10.0.0.1/31");
  lab.address(one, "10.0.255.1/32").role = "anycast";
  lab.address(two, "10.0.255.1/32").role = "anycast";
  lab.map();
  EXPECT_THAT(lab.warnings(), HasSubstr("10.0.0.1 is assigned twice"));
  EXPECT_THAT(lab.warnings(), Not(HasSubstr("10.0.255.1")));
}

}  // namespace
}  // namespace dm::intent::netbox
