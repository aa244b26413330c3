using Conet.Bench.Forward.Variants;

namespace Conet.Bench.Forward.Peers;

/// <summary>nginx with its stream module, one process.</summary>
internal sealed class NginxVariant : PeerVariant
{
    private const string Module = "/usr/lib/nginx/modules/ngx_stream_module.so";

    public override string Name => "nginx";

    public override string Note => "one fixed next hop, no look-up";

    protected override IReadOnlyList<(string Program, string Package)> Needs =>
        [("nginx", "nginx-core"), (Module, "libnginx-mod-stream")];

    protected override bool NeedsNamespaces => false;

    protected override int SourcesMax => 1024;

    public override StartedVariant Start(Stand stand)
    {
        string folder = stand.Topology.MakeFolder(Name);
        string file = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(file, $$"""
            load_module {{Module}};
            daemon off;
            master_process off;
            worker_rlimit_nofile 65536;
            pid {{folder}}/pid;
            error_log stderr crit;
            events { worker_connections 32768; }
            stream {
              server {
                listen {{stand.Entry}} udp;
                proxy_pass {{stand.Exit}};
                proxy_responses 0;
                proxy_timeout 10s;
              }
            }

            """);
        return StartRelay(stand, ["nginx", "-e", "stderr", "-p", folder, "-c", file]);
    }
}
