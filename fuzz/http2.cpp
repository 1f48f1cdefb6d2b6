// A peer that speaks HTTP/2 as it likes, to the real client over a scripted byte stream. The input is what
// the peer does and what its user does meanwhile, one step after the other.
#include <memory>
#include <string>
#include <vector>

#include "fakes/byte_stream.h"
#include "fakes/byte_stream_http2.h"
#include "gnmi/transport.h"
#include "input.h"
#include "net/loop.h"

namespace dm::gnmi {
namespace {

namespace h2 = fakes::http2;

// Calls one after the other on one transport, and others on a transport beside it; each may end once.
class Scene {
 public:
  explicit Scene(fuzz::Input input) : in_(input) {}
  ~Scene() {
    hang_up();
    run_posted();
  }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  void play() {
    TransportSettings settings{.host = "switch.test", .metadata = {{"username", "admin"}}};
    settings.limits.grpc_message_bytes = 4096;
    settings.limits.header_list_bytes = 1024;
    transport_ = std::make_unique<Transport>(loop_, std::move(settings), [this] {
      peers_.push_back(std::make_shared<fakes::Peer>());
      return std::make_unique<fakes::ScriptedStream>(peers_.back());
    });
    start();
    for (int steps = 0; !in_.is_empty() && steps < 200; ++steps) {
      said_ += in_.is_empty() ? 0 : 1;
      take_step();
      look_at_output();
    }
    // Whatever was said: when the connection ends, so does the call.
    if (transport_) {
      const bool is_running = is_called_ && ends_ == 0;
      inside_ = 0;
      peers_.back()->hang_up();
      run_posted();
      run_posted();  // one call after the other
      CHECK(!is_running || ends_ == 1, "the connection is gone, and nobody was told");
      CHECK(!is_asking_beside_, "the connection is gone, and nobody beside was told");
    }
  }

 private:
  void start() {
    is_called_ = true;
    ends_ = 0;
    const int call = ++calls_;
    ++stream_;
    transport_->start("/gnmi.gNMI/Subscribe", "request", in_.pick(2) == 1,
                      {.on_headers = [this, call] { told(call); },
                       .on_message =
                           [this, call](std::span<const std::uint8_t> bytes) {
                             told(call);
                             CHECK(bytes.size() <= 4096, "a message beyond the limit");
                             act_inside();
                           },
                       .on_end =
                           [this, call](const CallEnd& end) {
                             told(call);
                             ++ends_;
                             CHECK(end.code != GrpcCode::Ok || end.limit.empty(), "well ended, and at a limit");
                           }});
  }
  void ask_beside() {
    if (!beside_) beside_ = transport_->beside();
    is_asking_beside_ = true;
    const int call = ++calls_beside_;
    beside_->start("/gnmi.gNMI/Capabilities", "", true,
                   {.on_headers = [this, call] { told_beside(call); },
                    .on_message = [this, call](std::span<const std::uint8_t>) { told_beside(call); },
                    .on_end =
                        [this, call](const CallEnd&) {
                          told_beside(call);
                          is_asking_beside_ = false;
                          act_inside();
                        }});
  }
  void told_beside(int call) { CHECK(is_asking_beside_ && call == calls_beside_, "told about a call beside that is over"); }
  void cancel_beside() {
    if (beside_) beside_->cancel();
    is_asking_beside_ = false;
  }
  void hang_up() {
    transport_.reset();
    is_called_ = is_asking_beside_ = false;
    beside_.reset();
  }
  void told(int call) {
    CHECK(is_called_ && call == calls_, "told about a call that was given up");
    CHECK(ends_ == 0, "told after the end");
  }
  // The user's reaction, inside a handler.
  void act_inside() {
    if (inside_ == 1 && transport_) cancel();
    if (inside_ == 2 && transport_) start();
    if (inside_ == 3) hang_up();
    inside_ = 0;
  }
  void cancel() {
    transport_->cancel();
    is_called_ = false;
  }

  void take_step() {
    const std::size_t what = in_.pick(20);
    const std::uint32_t call = 2 * stream_ - 1;  // most likely a call's own stream
    switch (what) {
      case 0: return peer().connect();
      case 1: return say(h2::settings());
      case 2: return say(h2::headers(call, h2::accepted(), in_.pick(8) == 7));
      case 3: return say(h2::data(call, h2::message(in_.bytes(in_.byte())), in_.pick(8) == 7));
      case 4: return say(h2::data(call, h2::message(h2::gzip(std::string(in_.number() % 9000, 'x')), 1)));
      case 5: return say(h2::trailers(call, std::to_string(in_.pick(20)), in_.bytes(in_.byte())));
      case 6: return say(h2::reset(call, in_.byte()));
      case 7: return say(h2::goaway(in_.byte(), in_.byte(), in_.bytes(in_.byte())));
      case 8: {
        const auto type = in_.byte();
        const int flags = in_.byte();
        const std::uint32_t stream = in_.pick(4) == 3 ? in_.number() : static_cast<std::uint32_t>(in_.pick(8));
        return say(h2::frame(type, flags, stream, in_.bytes(in_.byte())));
      }
      case 9: return say(h2::headers(call, fields(), in_.pick(2) == 1));
      case 10: return say(h2::data(call, in_.bytes(in_.byte())));
      case 11: return say(std::string(in_.bytes(in_.byte())));
      case 12: cut_ = 1 + in_.byte(); return;
      case 13: return peer().hang_up("lost", in_.pick(2) == 1 ? "a hint" : "");
      case 14: inside_ = static_cast<int>(in_.pick(4)); return;
      case 15: if (transport_) cancel(); return;
      case 16: if (transport_) start(); return;
      case 17: if (transport_) transport_->pause(in_.pick(2) == 1); return;
      case 18: if (transport_) (void)transport_->probe(); return;
      default: return in_.pick(2) == 1 ? act_beside() : run_posted();
    }
  }
  void act_beside() {
    if (!transport_) return;
    if (in_.pick(4) == 3) return cancel_beside();
    ++stream_;
    ask_beside();
  }
  h2::Fields fields() {
    static const char* const kNames[] = {":status", "content-type", "grpc-status", "grpc-message", "grpc-encoding", "x"};
    h2::Fields fields;
    for (std::size_t i = in_.pick(5); i > 0; --i) {
      const std::size_t name = in_.pick(7);
      fields.emplace_back(name < 6 ? kNames[name] : std::string(in_.bytes(in_.pick(8))), in_.bytes(in_.pick(40)));
    }
    return fields;
  }

  fakes::Peer& peer() { return *peers_.back(); }
  void say(const std::string& bytes) {
    const auto current = peers_.back();
    current->say_in_pieces(bytes, cut_);
    said_ += bytes.size();
  }
  void run_posted() {
    loop_.post([this] { loop_.stop(); });
    loop_.run();
  }
  // The client always speaks whole frames, and not much more than it is told.
  void look_at_output() {
    for (const auto& one : peers_) written_ += h2::frames_of(one->take()).size();
    CHECK(written_ <= 100 + 4 * said_, "the client answers more than it is asked");
  }

  fuzz::Input in_;
  net::Loop loop_;
  std::vector<std::shared_ptr<fakes::Peer>> peers_;
  std::unique_ptr<Transport> transport_, beside_;
  std::size_t cut_ = 1U << 20U;
  std::size_t said_ = 0, written_ = 0;
  std::uint32_t stream_ = 0;
  int calls_ = 0, ends_ = 0, inside_ = 0, calls_beside_ = 0;
  bool is_called_ = false, is_asking_beside_ = false;
};

}  // namespace
}  // namespace dm::gnmi

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dm::gnmi::Scene(dm::fuzz::Input(data, size)).play();
  return 0;
}
