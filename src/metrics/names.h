// The table of all metrics: X(enumerator, name, type, label, help).
#pragma once

#define DM_METRICS(X)                                                                                          \
  X(BuildInfo, "drift_monitor_build_info", Gauge, "version", "Always 1; the version is the label")              \
  X(DeviceState, "drift_monitor_device_live", Gauge, "device", "1 while the device's stream is live")            \
  X(DeviceOpenDrifts, "drift_monitor_device_open_drifts", Gauge, "device", "Open drifts of the device")          \
  X(DeviceDegraded, "drift_monitor_device_degraded", Gauge, "device", "1 while the device is degraded")          \
  X(DeviceCertificateEnd, "drift_monitor_device_certificate_not_after_timestamp_seconds", Gauge, "device", "When the certificate of the device ends") \
  X(CertificateEnd, "drift_monitor_certificate_not_after_timestamp_seconds", Gauge, "file", "When a certificate of ours ends") \
  X(Messages, "drift_monitor_gnmi_messages_total", Counter, "", "gNMI messages received")                        \
  X(MessageBytes, "drift_monitor_gnmi_message_bytes_total", Counter, "", "Bytes of gNMI messages received")      \
  X(Leaves, "drift_monitor_gnmi_leaves_total", Counter, "", "Leaf values received")                              \
  X(LeafChanges, "drift_monitor_gnmi_leaf_changes_total", Counter, "", "Leaf values that really changed")        \
  X(Undecodable, "drift_monitor_gnmi_undecodable_total", Counter, "", "Leaves that could not be decoded")        \
  X(BadMessages, "drift_monitor_gnmi_bad_messages_total", Counter, "", "Messages that are not valid protobuf")   \
  X(Coalesced, "drift_monitor_gnmi_coalesced_total", Counter, "", "Values the device merged because we were slow") \
  X(StreamLosses, "drift_monitor_gnmi_stream_losses_total", Counter, "reason", "Streams that ended")             \
  X(Syncs, "drift_monitor_gnmi_syncs_total", Counter, "", "sync_response messages that ended a first dump")      \
  X(LoginsRefused, "drift_monitor_gnmi_logins_refused_total", Counter, "", "Logins a device refused")            \
  X(QuarantinedPaths, "drift_monitor_gnmi_quarantined_paths", Gauge, "device", "Subscription paths a device refuses") \
  X(LimitHits, "drift_monitor_limit_hits_total", Counter, "limit", "Times a limit refused something")            \
  X(PathTableSize, "drift_monitor_path_table_paths", Gauge, "", "Distinct paths known")                          \
  X(Suspected, "drift_monitor_drifts_suspected_total", Counter, "", "Differences that began to be held")         \
  X(IgnoreHits, "drift_monitor_ignore_rule_hits_total", Counter, "rule", "Differences that began to be hidden by a rule of compare.ignore") \
  X(Opened, "drift_monitor_drifts_opened_total", Counter, "severity", "Drifts opened")                           \
  X(Resolved, "drift_monitor_drifts_resolved_total", Counter, "", "Drifts resolved")                             \
  X(Events, "drift_monitor_events_total", Counter, "action", "Events recorded")                                  \
  X(EventsTruncated, "drift_monitor_events_truncated_total", Counter, "", "Events cut to the size limit")        \
  X(IntentLoads, "drift_monitor_intent_loads_total", Counter, "result", "Refreshes of the intent")               \
  X(IntentAge, "drift_monitor_intent_loaded_timestamp_seconds", Gauge, "", "When the intent in use was loaded")  \
  X(IntentExpectations, "drift_monitor_intent_expectations", Gauge, "", "Expectations in use")                   \
  X(IntentFindings, "drift_monitor_intent_findings", Gauge, "kind", "Mistakes found in the data of the intent in use") \
  X(IntentFindingsCut, "drift_monitor_intent_findings_cut", Gauge, "", "Mistakes beyond limits.intent_findings, not told") \
  X(NetBoxHooks, "drift_monitor_netbox_hooks_total", Counter, "result", "Webhooks of NetBox: accepted, ignored, dropped, refused") \
  X(NetBoxWatchedChanges, "drift_monitor_netbox_watched_changes", Gauge, "", "Ids of the change log that NetBox skipped so far and may fill yet") \
  X(NetBoxRepeats, "drift_monitor_netbox_repeats_total", Counter, "", "Answers of NetBox that failed and were asked for again") \
  X(LedgerCommits, "drift_monitor_ledger_commits_total", Counter, "result", "Transactions of the ledger")        \
  X(LedgerQueue, "drift_monitor_ledger_queue", Gauge, "", "Batches waiting for the disk")                        \
  X(Attempts, "drift_monitor_delivery_attempts_total", Counter, "class", "POST attempts by class of answer")     \
  X(Deliveries, "drift_monitor_deliveries_total", Counter, "state", "Deliveries by final state")                 \
  X(OutboxPending, "drift_monitor_outbox_pending", Gauge, "", "Deliveries not yet accepted")                     \
  X(ApiRequests, "drift_monitor_api_requests_total", Counter, "status", "HTTP requests answered")

namespace dm::metrics {

enum class Metric {
#define X(id, name, type, label, help) id,
  DM_METRICS(X)
#undef X
};

}  // namespace dm::metrics
