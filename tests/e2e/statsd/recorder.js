// A backend of statsd that writes what each flush holds to the file named in its configuration, a line of JSON each.
const fs = require('fs');

exports.init = (startup, config, events) => {
  events.on('flush', (time, metrics) => {
    const { counters, gauges, timers, timer_data } = metrics;
    fs.appendFileSync(config.recordTo, JSON.stringify({ counters, gauges, timers, timer_data }) + '\n');
  });
  return true;
};
