#include "sim/fabric.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <thread>

#include "api/http_target.h"
#include "core/check.h"
#include "sim/certificate.h"
#include "sim/control.h"

namespace dm::sim {
namespace {

constexpr core::Duration kNoisePeriod = std::chrono::seconds(2);

}  // namespace

struct Fabric::Impl {
  Options options;
  core::SystemClock clock;
  Certificate certificate;
  std::shared_ptr<const Lab> lab;
  std::unique_ptr<SchemaTree> schema;
  net::Loop loop;
  Relay relay;
  Devices devices;
  std::unique_ptr<KestraFace> kestra;
  std::unique_ptr<NetBoxFace> netbox;
  std::unique_ptr<HttpFace> kestra_http, netbox_http, control_http;
  std::unique_ptr<Control> control;
  bool is_noisy = false;
  std::unique_ptr<net::Timer> noise_timer;
  std::thread thread;

  core::Status start_devices();
  core::Status start_faces();
  void make_noise();
  // Returns when the loop has done all that was posted to it.
  void settle() {
    std::promise<void> reached;
    loop.post([&reached] { reached.set_value(); });
    reached.get_future().wait();
  }
};

core::Status Fabric::Impl::start_devices() {
  for (const std::string& name : options.devices) {
    if (lab->device(name) == nullptr) {
      return core::Error{core::Code::NotFound, "no switch '" + name + "' in " + lab->directory + "/devices"};
    }
  }
  const Device::World world{&loop, &relay, schema.get(), &clock};
  const GnmiServer::Options server{options.username, options.password, certificate};
  std::uint16_t port = options.gnmi_base_port;
  for (const LabDevice& one : lab->devices) {
    const auto& chosen = options.devices;
    if (!chosen.empty() && std::find(chosen.begin(), chosen.end(), one.name) == chosen.end()) continue;
    auto device = Device::start(world, one, port, server);
    if (!device) return core::Error{device.error().code, one.name + ": " + device.error().message};
    devices[one.name] = *std::move(device);
    if (port != 0) ++port;
  }
  return {};
}

core::Status Fabric::Impl::start_faces() {
  KestraFace::Options kestra_options;
  kestra_options.key = options.kestra_key;
  kestra_options.clock = &clock;
  kestra_options.on_arrival = options.on_arrival;
  kestra = std::make_unique<KestraFace>(std::move(kestra_options), loop);
  auto recorded = NetBoxFace::load({lab->directory + "/netbox", options.netbox_token, 1000, &clock});
  if (!recorded) return recorded.error();
  netbox = *std::move(recorded);

  const auto open = [this](std::unique_ptr<HttpFace>& face, const std::string& listen,
                           api::DeferredHandler handler) -> core::Status {
    auto started = HttpFace::start(loop, listen, std::move(handler));
    if (!started) return started.error();
    face = *std::move(started);
    return {};
  };
  using api::Request;
  using api::Respond;
  auto status = open(kestra_http, options.kestra_listen, [this](const Request& request, Respond respond) {
    kestra->handle(request, std::move(respond));
  });
  if (!status) return status;
  status = open(netbox_http, options.netbox_listen, [this](const Request& request, Respond respond) {
    netbox->handle(request, std::move(respond));
  });
  if (!status) return status;
  control = std::make_unique<Control>(Control::Parts{lab.get(), &clock, &devices, kestra.get(), netbox.get(),
                                                     kestra_http.get(), netbox_http.get(), &is_noisy});
  return open(control_http, options.control_listen, [this](const Request& request, Respond respond) {
    control->handle(request, std::move(respond));
  });
}

void Fabric::Impl::make_noise() {
  if (is_noisy) {
    for (const auto& [name, device] : devices) device->make_noise();
  }
  noise_timer->after(kNoisePeriod, [this] { make_noise(); });
}

core::Result<std::unique_ptr<Fabric>> Fabric::start(Options options) {
  auto impl = std::make_unique<Impl>();
  impl->options = std::move(options);
  impl->is_noisy = impl->options.is_noisy;
  impl->lab = impl->options.lab;
  if (!impl->lab) {
    auto lab = load_lab(impl->options.lab_directory);
    if (!lab) return lab.error();
    impl->lab = std::make_shared<const Lab>(*std::move(lab));
  }
  impl->schema = std::make_unique<SchemaTree>(*impl->lab);
  if (impl->options.is_tls) {
    auto certificate = make_certificate();
    if (!certificate) return certificate.error();
    impl->certificate = *std::move(certificate);
  }
  // From here on the destructor of a Fabric cleans up.
  Impl& parts = *impl;
  std::unique_ptr<Fabric> fabric(new Fabric(std::move(impl)));
  parts.thread = std::thread([&parts] { parts.loop.run(); });
  if (auto started = parts.start_devices(); !started) return started.error();
  if (auto started = parts.start_faces(); !started) return started.error();
  parts.noise_timer = std::make_unique<net::Timer>(parts.loop);
  parts.loop.post([&parts] { parts.make_noise(); });
  return fabric;
}

Fabric::Fabric(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Fabric::~Fabric() {
  if (impl_->control_http) impl_->control_http->take_down();
  impl_->settle();  // nobody on the loop orders the other two about any more
  if (impl_->kestra_http) impl_->kestra_http->take_down();
  if (impl_->netbox_http) impl_->netbox_http->take_down();
  for (const auto& [name, device] : impl_->devices) device->stop_server();
  impl_->loop.stop();
  impl_->thread.join();
}

std::vector<std::string> Fabric::device_names() const {
  std::vector<std::string> names;
  for (const auto& [name, device] : impl_->devices) names.push_back(name);
  return names;
}

std::string Fabric::device_address(const std::string& name) const {
  const auto found = impl_->devices.find(name);
  return found == impl_->devices.end() ? "" : found->second->address();
}

std::string Fabric::control_url() const { return impl_->control_http->url(); }
std::string Fabric::netbox_url() const { return impl_->netbox_http->url(); }
std::string Fabric::kestra_url() const { return impl_->kestra_http->url() + impl_->kestra->webhook_path(); }
const Fabric::Options& Fabric::options() const { return impl_->options; }
const std::string& Fabric::certificate() const { return impl_->certificate.certificate; }

api::Response Fabric::call(const std::string& method, const std::string& target, const std::string& body) {
  CHECK(!impl_->loop.is_current_thread(), "Fabric::call on the fabric's own loop");
  auto parsed = api::parse_target(target);
  if (!parsed) return error_response(400, parsed.error().message);
  api::Request request;
  request.method = method;
  request.target = target;
  request.path = std::move(parsed->path);
  request.query = std::move(parsed->query);
  request.body = body;
  auto answered = std::make_shared<std::promise<api::Response>>();
  auto answer = answered->get_future();
  impl_->loop.post([this, request = std::move(request), answered] {
    impl_->control->handle(request, [answered](api::Response response) { answered->set_value(std::move(response)); });
  });
  return answer.get();
}

std::string default_lab_directory() {
  namespace fs = std::filesystem;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets the environment here
  if (const char* named = std::getenv("FABRIC_SIM_LAB"); named != nullptr && *named != '\0') return named;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path sources = fs::path(__FILE__).parent_path().parent_path().parent_path();
  for (const fs::path& candidate :
       {program.parent_path() / "lab", program.parent_path() / "../share/drift-monitor/lab", sources / "lab"}) {
    if (fs::exists(candidate / "devices", error)) return candidate.lexically_normal().string();
  }
  return "lab";
}

}  // namespace dm::sim
