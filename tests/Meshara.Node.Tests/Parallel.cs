using Xunit;

// These tests wait for processes more than they compute, so one more may run at a time than even a small machine has cores.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
