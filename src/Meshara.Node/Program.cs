using Meshara.Node.Commands;

return await CommandLine.RunAsync(args);
