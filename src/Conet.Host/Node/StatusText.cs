using System.Globalization;
using System.Text;
using System.Text.Json;
using Conet.Wire.Sockets;

namespace Conet.Host.Node;

/// <summary>
/// A status as Prometheus text (exposition format 0.0.4) and as JSON. Pure.
/// docs/OPERATING.md explains each line.
/// </summary>
public static class StatusText
{
    /// <summary>The Prometheus text.</summary>
    public static string ToPrometheus(NodeStatus status)
    {
        StringBuilder text = new();
        Gauge(text, "conet_ready", "1 if the node is ready.", status.Ready ? 1 : 0);
        Gauge(text, "conet_uptime_seconds", "Seconds since the process began.", status.UptimeSeconds);
        MirrorText.AppendTo(text, status.Mirror);
        Gauge(text, "conet_routes", "Routes in the table.", status.Mirror.Routes);
        Gauge(text, "conet_nodes", "Active and draining nodes in the table.", status.Mirror.Nodes);
        Gauge(text, "conet_forbidden_endpoints", "Records that must not be sent to.",
            status.ForbiddenEndpoints);
        Counters(text, "conet_cells_received_total", "Cells received, by port.", "role", status.Received);
        Counter(text, "conet_cells_forwarded_total", "Cells sent on to a node.", status.CellsForwarded);
        Counter(text, "conet_cells_delivered_total", "Cells sent to a client.", status.CellsDelivered);
        Counter(text, "conet_cells_control_total", "Cells put into the control queue.", status.CellsControl);
        Counters(text, "conet_drops_total", "Cells dropped by the forwarder.", "reason", status.ForwardDrops);
        Counters(text, "conet_control_drops_total", "Control cells dropped.", "reason", status.ControlDrops);
        Counters(
            text, "conet_control_handled_total", "Control cells handled.", "kind", status.ControlHandled);
        Counter(text, "conet_control_opens_total", "First-contact opens tried.", status.ControlOpens);
        Counter(text, "conet_control_sent_total", "Control cells sent.", status.ControlSent);
        if (status.Buckets is BucketCounts buckets)
            Buckets(text, buckets, status.BucketPieces);
        Gauge(text, "conet_attachments", "Attached clients.", status.Attachments);
        Gauge(text, "conet_aliases", "Aliases in force.", status.Aliases);
        Gauge(text, "conet_pending_challenges", "Challenges not yet confirmed.", status.PendingChallenges);
        Links(text, status.Links);
        Workers(text, status.Workers);
        if (status.Xdp is XdpStatus xdp)
            Xdp(text, xdp);
        Counter(text, "conet_worker_allocated_bytes_total",
            "Managed bytes taken by workers since warm-up.", status.WorkerAllocatedBytes);
        Counters(
            text, "conet_gc_collections_total", "Garbage collections.", "generation", status.Collections);
        return text.ToString();
    }

    /// <summary>One JSON object; the keys are the metric names without "conet_".</summary>
    public static byte[] ToJson(NodeStatus status)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("node_id", status.NodeId);
            json.WriteBoolean("ready", status.Ready);
            json.WriteString("not_ready", status.NotReady);
            json.WriteNumber("uptime_seconds", status.UptimeSeconds);
            MirrorText.WriteTo(json, status.Mirror);
            json.WriteNumber("forbidden_endpoints", status.ForbiddenEndpoints);
            WriteCounts(json, "cells_received", status.Received);
            json.WriteNumber("cells_forwarded", status.CellsForwarded);
            json.WriteNumber("cells_delivered", status.CellsDelivered);
            json.WriteNumber("cells_control", status.CellsControl);
            WriteCounts(json, "drops", status.ForwardDrops);
            WriteCounts(json, "control_drops", status.ControlDrops);
            WriteCounts(json, "control_handled", status.ControlHandled);
            json.WriteNumber("control_opens", status.ControlOpens);
            json.WriteNumber("control_sent", status.ControlSent);
            if (status.Buckets is BucketCounts buckets)
                WriteBuckets(json, buckets, status.BucketPieces);
            json.WriteNumber("attachments", status.Attachments);
            json.WriteNumber("aliases", status.Aliases);
            json.WriteNumber("pending_challenges", status.PendingChallenges);
            WriteLinks(json, status.Links);
            WriteWorkers(json, status.Workers);
            if (status.Xdp is XdpStatus xdp)
                WriteXdp(json, xdp);
            json.WriteNumber("worker_allocated_bytes", status.WorkerAllocatedBytes);
            json.WriteNumber("worker_cells_since_warm_up", status.WorkerCellsSinceWarmUp);
            json.WriteNumber("worker_allocated_bytes_per_cell", status.WorkerAllocatedBytesPerCell);
            WriteCounts(json, "gc_collections", status.Collections);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteCounts(Utf8JsonWriter json, string name, IReadOnlyList<NamedCount> counts)
    {
        json.WriteStartObject(name);
        foreach (NamedCount count in counts)
            json.WriteNumber(count.Name, count.Count);
        json.WriteEndObject();
    }

    private static void WriteLinks(Utf8JsonWriter json, IReadOnlyList<LinkStatus> links)
    {
        json.WriteStartArray("links");
        foreach (LinkStatus link in links)
        {
            json.WriteStartObject();
            json.WriteNumber("node", link.NodeId);
            json.WriteBoolean("reachable", link.Reachable);
            json.WriteNumber("cells", link.Cells);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteWorkers(Utf8JsonWriter json, IReadOnlyList<WorkerStatus> workers)
    {
        json.WriteStartArray("workers");
        foreach (WorkerStatus worker in workers)
        {
            json.WriteStartObject();
            json.WriteNumber("core", worker.Core);
            json.WriteNumber("cells_received", worker.Received);
            json.WriteNumber("cells_forwarded", worker.Forwarded);
            json.WriteNumber("cells_delivered", worker.Delivered);
            json.WriteNumber("drops", worker.Dropped);
            json.WriteNumber("allocated_bytes", worker.AllocatedBytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteXdp(Utf8JsonWriter json, XdpStatus xdp)
    {
        json.WriteStartArray("xdp_interfaces");
        foreach (XdpAttachment at in xdp.Interfaces)
        {
            json.WriteStartObject();
            json.WriteString("interface", at.Interface);
            json.WriteBoolean("native", at.IsNative);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("xdp_on", xdp.IsOn);
        json.WriteNumber("xdp_cells_forwarded", xdp.Forwarded);
        WriteCounts(json, "xdp_passed", xdp.Passed);
        json.WriteNumber("xdp_addresses", xdp.Addresses);
        json.WriteNumber("xdp_routes_left_out", xdp.LeftOut);
    }

    private static void WriteBuckets(Utf8JsonWriter json, BucketCounts buckets, long pieces)
    {
        json.WriteNumber("buckets_made", buckets.Made);
        json.WriteNumber("buckets_failed", buckets.Failed);
        json.WriteNumber("buckets_kept", buckets.Kept);
        json.WriteNumber("buckets_kept_bytes", buckets.KeptBytes);
        json.WriteNumber("buckets_waiting", buckets.Waiting);
        json.WriteNumber("bucket_pieces_sent", pieces);
    }

    private static void Buckets(StringBuilder text, BucketCounts buckets, long pieces)
    {
        Counter(text, "conet_buckets_made_total", "Prefix buckets made.", buckets.Made);
        Counter(text, "conet_buckets_failed_total", "Prefix buckets without proofs.", buckets.Failed);
        Gauge(text, "conet_buckets_kept", "Prefix buckets kept.", buckets.Kept);
        Gauge(text, "conet_buckets_kept_bytes", "Bytes of those.", buckets.KeptBytes);
        Gauge(text, "conet_buckets_waiting", "Prefix buckets waiting to be made.", buckets.Waiting);
        Counter(text, "conet_bucket_pieces_sent_total", "Pieces of buckets sent.", pieces);
    }

    private static void Workers(StringBuilder text, IReadOnlyList<WorkerStatus> workers)
    {
        Head(text, "conet_worker_cells_total", "Cells received, by worker.", "counter");
        foreach ((int number, WorkerStatus worker) in workers.Index())
            Line(text, "conet_worker_cells_total", "worker", Number(number), worker.Received);
        Head(text, "conet_worker_core", "Core a worker is bound to, or -1.", "gauge");
        foreach ((int number, WorkerStatus worker) in workers.Index())
            Line(text, "conet_worker_core", "worker", Number(number), worker.Core);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Xdp(StringBuilder text, XdpStatus xdp)
    {
        Gauge(text, "conet_xdp_on", "1 if the XDP program forwards.", xdp.IsOn ? 1 : 0);
        Counter(text, "conet_xdp_cells_forwarded_total", "Cells handed to a driver.", xdp.Forwarded);
        Counters(
            text, "conet_xdp_passed_total", "Packets left to the socket path.", "reason", xdp.Passed);
        Gauge(text, "conet_xdp_addresses", "Addresses the XDP program knows.", xdp.Addresses);
        Gauge(text, "conet_xdp_routes_left_out", "Routes that found no room.", xdp.LeftOut);
    }

    private static void Links(StringBuilder text, IReadOnlyList<LinkStatus> links)
    {
        Head(text, "conet_link_cells_total", "Cells sent on, by neighbour.", "counter");
        foreach (LinkStatus link in links)
            Line(
                text, "conet_link_cells_total", "node", link.NodeId.ToString(CultureInfo.InvariantCulture),
                link.Cells);
        Head(text, "conet_link_reachable", "1 if the neighbour answered a probe within 90 s.", "gauge");
        foreach (LinkStatus link in links)
            Line(text, "conet_link_reachable", "node", link.NodeId.ToString(CultureInfo.InvariantCulture),
                link.Reachable ? 1 : 0);
    }

    internal static void Gauge(StringBuilder text, string name, string help, double value)
    {
        Head(text, name, help, "gauge");
        text.Append(name).Append(' ').Append(value.ToString("0.###", CultureInfo.InvariantCulture))
            .Append('\n');
    }

    internal static void Counter(StringBuilder text, string name, string help, long value)
    {
        Head(text, name, help, "counter");
        text.Append(name).Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static void Counters(
        StringBuilder text, string name, string help, string label, IReadOnlyList<NamedCount> counts)
    {
        Head(text, name, help, "counter");
        foreach (NamedCount count in counts)
            Line(text, name, label, count.Name, count.Count);
    }

    internal static void Head(StringBuilder text, string name, string help, string type) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n')
            .Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    internal static void Line(StringBuilder text, string name, string label, string labelValue, long value) =>
        text.Append(name).Append('{').Append(label).Append("=\"").Append(labelValue).Append("\"} ")
            .Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
