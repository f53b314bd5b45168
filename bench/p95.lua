-- wrk tells p50, p75, p90 and p99 by itself; this tells p50 and p95.
done = function(summary, latency, requests)
  io.write(string.format("p50 %.1f ms\n", latency:percentile(50) / 1000))
  io.write(string.format("p95 %.1f ms\n", latency:percentile(95) / 1000))
end
