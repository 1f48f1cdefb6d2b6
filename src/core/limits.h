// Every bound on what others can make us hold, by name. Each has a metric when it is hit
// (metrics/names.h, limit_hits_total{limit="…"}) and a test.
#pragma once

#include <chrono>
#include <cstddef>

#include "core/clock.h"

namespace dm::core {

struct Limits {
  std::size_t grpc_message_bytes = 64U << 20U;       // one gNMI message, after inflating
  std::size_t header_list_bytes = 64U << 10U;        // HTTP/2 header block of a device
  std::size_t path_depth = 64;                       // elements of one path
  std::size_t path_bytes = 4096;                     // canonical text of one path
  std::size_t path_keys = 64;                        // keys of one path, of all its elements
  std::size_t value_bytes = 64U << 10U;              // one leaf value
  std::size_t leaves_per_device = 200'000;
  std::size_t bytes_per_device = 256U << 20U;        // of its leaves, about 64 each and what longer values take beyond
  std::size_t json_depth = 128;                      // objects and arrays in each other, of one JSON value
  std::size_t deletes_per_message = 200'000;         // more: the stream is started again for a fresh dump
  std::size_t delete_patterns_per_message = 256;     // deletes with wildcards or without keys; likewise
  std::size_t paths_per_device = 1'000'000;          // entries of the path table that one device brought into it
  std::size_t paths_per_process = 20'000'000;        // entries of the path tables, which keep them
  std::size_t dials_per_second = 50;                 // connections begun to devices; the rest waits its turn
  std::size_t sync_deadline_seconds = 120;           // a stream that never syncs is restarted
  std::size_t event_bytes = 256U << 10U;             // JSON body of one POST
  std::size_t differences_per_event = 200;
  std::size_t answer_bytes = 4096;                   // what is read of a webhook's answer
  std::size_t http_response_bytes = 64U << 20U;      // one NetBox page
  std::size_t api_request_bytes = 64U << 10U;        // body of a request to our API
  std::size_t api_connections = 256;
  std::size_t ledger_queue = 10'000;                 // batches waiting for the disk
  std::size_t intent_file_bytes = 32U << 20U;
  std::size_t netbox_objects = 2'000'000;
  std::size_t last_good_bytes = 256U << 20U;         // what NetBox said last, on disk for the next start
  std::size_t intent_findings = 10'000;              // mistakes in the data of all sources that are told
  std::size_t netbox_hints = 2'000;                  // objects that webhooks named and nobody looked at yet
  std::size_t netbox_hook_bytes = 1U << 20U;         // body of one of NetBox's webhooks
  Duration retry_horizon = std::chrono::hours(24 * 7);

  bool operator==(const Limits&) const = default;
};

}  // namespace dm::core
