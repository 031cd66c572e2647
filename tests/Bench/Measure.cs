namespace Bench;

/// <summary>What one measurement of one server gave.</summary>
/// <param name="Rate">Completed pieces of work per second.</param>
/// <param name="P50">Milliseconds.</param>
/// <param name="P99">Milliseconds.</param>
/// <param name="CpuMicros">Processor time of the server per piece of work.</param>
/// <param name="PeakMegabytes">Highest resident memory of the server meanwhile.</param>
/// <param name="Errors">Wrong answers.</param>
internal sealed record Measure(double Rate, double P50, double P99, double CpuMicros, double PeakMegabytes, long Errors);

/// <summary>A row of the table.</summary>
/// <param name="Measure">Null when the peer is not there.</param>
/// <param name="Result">What there is a goal for: mostly our rate divided by the peer's.</param>
/// <param name="Reached">Null where nothing is asked.</param>
internal sealed record Row(string Work, string System, Measure? Measure, string Result = "", string Target = "", bool? Reached = null);
