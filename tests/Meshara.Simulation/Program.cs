using Meshara.Simulation;
using Meshara.Simulation.Eclipse;

return args is ["eclipse", .. var rest] ? EclipseCommand.Run(rest) : SimulationCommand.Run(args);
